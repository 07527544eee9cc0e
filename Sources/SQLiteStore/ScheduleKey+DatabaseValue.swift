import GRDB
import JobCore

extension ScheduleKey {
    /// For the columns `expression`, `time_zone` and `dst`, in this order.
    var databaseValues: [DatabaseValue] {
        [expression.databaseValue, timeZone.databaseValue, dst.description.databaseValue]
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
