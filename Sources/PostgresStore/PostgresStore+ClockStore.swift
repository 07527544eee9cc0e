public import JobCore
import PostgreSQL
public import Store

extension PostgresStore: ClockStore {
    /// The time of the server's machine, at this moment.
    public func clock() async throws(StoreError) -> Instant? {
        try await read { database in
            let sql = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
            return Instant(millisecondsSinceEpoch: try database.rows(sql)[0].value(0))
        }
    }
}
