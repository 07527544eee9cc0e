import GRDB
import JobCore

/// Reads what is on record from the store itself, so that the stages aren't measured with more load than they have.
/// Each query reads a part of an index, however long the history is.
struct StoreRecord: Sendable {
    private let database: DatabaseQueue

    init(storePath: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(30)
        database = try DatabaseQueue(path: storePath, configuration: configuration)
    }

    /// The number of open executions, `limit` at most. Those that are over have no deadline.
    func openCount(limit: Int = .max) throws -> Int {
        try count("SELECT count(*) FROM (SELECT 1 FROM execution WHERE deadline_ms IS NOT NULL LIMIT ?)", [limit])
    }

    /// The number of executions that no service has accepted yet, `limit` at most. Status 0 is pending.
    func pendingCount(limit: Int) throws -> Int {
        try count("SELECT count(*) FROM (SELECT 1 FROM execution WHERE status = 0 LIMIT ?)", [limit])
    }

    /// The number of executions of these occurrences that succeeded (status 3), or failed (status 4).
    func endedCount(_ occurrences: ClosedRange<Instant>, succeeded: Bool) throws -> Int {
        try count(
            """
            SELECT count(*) FROM execution INDEXED BY execution_by_occurrence
            WHERE occurrence_ms BETWEEN ? AND ? AND status = ?
            """,
            [
                occurrences.lowerBound.millisecondsSinceEpoch, occurrences.upperBound.millisecondsSinceEpoch,
                succeeded ? 3 : 4,
            ])
    }

    private func count(_ sql: String, _ arguments: StatementArguments) throws -> Int {
        try database.read { try Int.fetchOne($0.cachedStatement(sql: sql), arguments: arguments) ?? 0 }
    }
}
