import GRDB

/// Counts the executions that are recorded as success. It reads the store directly, so the stages aren't measured with
/// more load than they have.
struct SuccessCount {
    private let database: DatabaseQueue

    init(storeURL: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        database = try DatabaseQueue(path: String(storeURL.dropFirst("sqlite:".count)), configuration: configuration)
    }

    /// The number of executions with status 3, which is success.
    func successes() throws -> Int {
        try database.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM execution WHERE status = 3") ?? 0
        }
    }
}
