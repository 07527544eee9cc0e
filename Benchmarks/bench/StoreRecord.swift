import Dispatch
import GRDB
import JobCore
import PostgreSQL
import Synchronization

/// Reads what is on record from the store itself, so that the stages aren't measured with more load than they have.
/// Each query reads a part of an index, however long the history is.
struct StoreRecord: Sendable {
    private enum Place {
        case sqlite(DatabaseQueue)
        case postgres(PostgresPool)
    }

    private let place: Place

    init(of installation: Installation) throws {
        if let path = installation.storePath {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(30)
            place = .sqlite(try DatabaseQueue(path: path, configuration: configuration))
        } else {
            let options = try PostgresOptions(parsing: installation.storeURL, name: "bench")
            place = .postgres(PostgresPool(options, connectionsMax: 1))
        }
    }

    /// The number of open executions, `limit` at most. Those that are over have no deadline.
    func openCount(limit: Int = 1_000_000_000) throws -> Int {
        try count(
            "SELECT count(*) FROM (SELECT 1 FROM execution WHERE deadline_ms IS NOT NULL LIMIT ?)",
            "SELECT count(*) FROM (SELECT 1 FROM execution_open LIMIT $1::bigint) e", [Int64(limit)])
    }

    /// The number of executions that no service has accepted yet, `limit` at most. Status 0 is pending.
    func pendingCount(limit: Int) throws -> Int {
        try count(
            "SELECT count(*) FROM (SELECT 1 FROM execution WHERE status = 0 LIMIT ?)",
            "SELECT count(*) FROM (SELECT 1 FROM execution_open WHERE status = 0 LIMIT $1::bigint) e", [Int64(limit)])
    }

    /// The number of executions of these occurrences that succeeded (status 3), or failed (status 4).
    func endedCount(_ occurrences: ClosedRange<Instant>, succeeded: Bool) throws -> Int {
        let range = [occurrences.lowerBound, occurrences.upperBound].map(\.millisecondsSinceEpoch)
        return try count(
            """
            SELECT count(*) FROM execution INDEXED BY execution_by_occurrence
            WHERE occurrence_ms BETWEEN ? AND ? AND status = ?
            """,
            """
            SELECT count(*) FROM execution
            WHERE occurrence_ms BETWEEN $1::bigint AND $2::bigint AND status = $3::bigint
            """, range + [succeeded ? 3 : 4])
    }

    private func count(_ sqlite: String, _ postgres: String, _ values: [Int64]) throws -> Int {
        switch place {
        case .sqlite(let database):
            return try database.read {
                try Int.fetchOne($0.cachedStatement(sql: sqlite), arguments: StatementArguments(values)) ?? 0
            }
        case .postgres(let pool):
            // The meter's own thread waits: it measures what its reading costs.
            let answer = Mutex<Result<Int, any Error>?>(nil)
            let isAnswered = DispatchSemaphore(value: 0)
            Task {
                do {
                    let count = try await pool.run(.single) { database in
                        try database.rows(postgres, values.map { .integer($0) })[0].value(0, as: Int.self)
                    }
                    answer.withLock { $0 = .success(count) }
                } catch {
                    answer.withLock { $0 = .failure(error) }
                }
                isAnswered.signal()
            }
            isAnswered.wait()
            return try answer.withLock { $0 }?.get() ?? 0
        }
    }
}
