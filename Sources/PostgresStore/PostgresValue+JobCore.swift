import JobCore
import PostgreSQL

extension PostgresValue {
    /// `bigint`, milliseconds since 1970.
    static func instant(_ instant: Instant?) -> PostgresValue { .integer(instant?.millisecondsSinceEpoch) }

    /// `uuid`
    static func id<Subject>(_ id: Identifier<Subject>?) -> PostgresValue { .uuid(id?.uuid) }

    /// `uuid[]`
    static func ids<Subject>(_ ids: [Identifier<Subject>]) -> PostgresValue { .uuids(ids.map(\.uuid)) }

    /// `bigint`
    static func count(_ count: Int) -> PostgresValue { .integer(Int64(count)) }

    /// The columns `expression`, `time_zone` and `dst`.
    static func key(_ key: ScheduleKey) -> [PostgresValue] {
        [.text(key.expression), .text(key.timeZone), .text(key.dst.description)]
    }
}

extension ColumnReader {
    /// The schedule of those three columns. Nil for an unknown DST policy: it must not hide every other schedule from
    /// the ticker, and by a policy that nobody chose nothing is run.
    mutating func scheduleKey() throws -> ScheduleKey? {
        let (expression, timeZone) = (try next(String.self), try next(String.self))
        return DSTPolicy(try next(String.self)).map { ScheduleKey(expression, timeZone: timeZone, dst: $0) }
    }
}
