import GRDB

/// Asks the record, beside the stages, how many executions have succeeded.
struct SuccessCount {
    private let database: DatabaseQueue

    init(storeURL: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        database = try DatabaseQueue(path: String(storeURL.dropFirst("sqlite:".count)), configuration: configuration)
    }

    /// 3 is the record's code for success.
    func successes() throws -> Int {
        try database.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM execution WHERE status = 3") ?? 0
        }
    }
}
