import GRDB
import JobCore
import Store
import StoreRows

/// Loads executions and writes their changes, inside one transaction.
struct ExecutionUpdater {
    private let database: Database
    private let rows: [ExecutionID: ExecutionRow]
    private let buffered: BufferedRuns
    private var lateEnds: LateEnds
    /// Whether any run that began before its job was exclusive is open.
    private let hasEarlierRuns: Bool
    /// The jobs of which an execution ended that may have been in the way of buffered ones.
    private var unlocked: Set<Int64> = []

    init(_ database: Database, of ids: [ExecutionID], leavingOut unreadable: UnreadableRows) throws {
        self.database = database
        rows = try ExecutionRow.find(ids, in: database, leavingOut: unreadable)
        buffered = BufferedRuns(database, leavingOut: unreadable)
        lateEnds = LateEnds(database)
        let findEarlierRun = try database.cachedStatement(sql: "SELECT 1 FROM earlier_run LIMIT 1")
        hasEarlierRuns = try Int64.fetchOne(findEarlierRun) != nil
    }

    var loaded: [ExecutionID: Execution] { rows.mapValues(\.execution) }

    mutating func apply(_ changes: [ExecutionChange]) throws {
        let rewrite = try database.cachedStatement(sql: ExecutionRow.update)
        let upsertHeartbeat = try database.cachedStatement(
            sql: """
                INSERT INTO heartbeat (execution, first_heard_ms, heard_ms, deadline_ms, progress)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (execution) DO UPDATE SET first_heard_ms = excluded.first_heard_ms,
                    heard_ms = excluded.heard_ms, deadline_ms = excluded.deadline_ms, progress = excluded.progress
                """)
        for change in changes {
            switch change {
            case .heartbeat(let execution):
                guard let row = rows[execution.id] else { continue }
                try Self.writeHeartbeat(execution.state, seq: row.seq, with: upsertHeartbeat)
            case .rewritten(let execution):
                guard let row = rows[execution.id] else { continue }
                try row.write(execution, with: rewrite)
                if execution.state.status.isFinal {
                    try finish(row, as: execution)
                } else {
                    try Self.writeHeartbeat(execution.state, seq: row.seq, with: upsertHeartbeat)
                }
            }
        }
    }

    /// Hands on the locks of the jobs whose runs have ended, and of those of `repeated`. Answers the executions that
    /// hold them since, also when they were handed on before because of `repeated`.
    func release(because repeated: [ExecutionID], at instant: Instant) throws -> [Execution] {
        let asked = Set(repeated.compactMap { rows[$0]?.job })
        return try unlocked.union(asked).sorted().compactMap { job in
            if let released = try buffered.release(of: job, at: instant) { return released }
            return asked.contains(job) ? try buffered.released(of: job) : nil
        }
    }

    private static func writeHeartbeat(_ state: ExecutionState, seq: Int64, with statement: Statement) throws {
        guard let lastHeartbeatAt = state.lastHeartbeatAt else { return }
        try statement.execute(arguments: [
            seq.databaseValue, (state.firstHeartbeatAt ?? lastHeartbeatAt).databaseValue, lastHeartbeatAt.databaseValue,
            (state.heartbeatDeadline ?? state.ttlDeadline).databaseValue, state.progress.databaseValue,
        ])
    }

    /// False if the table had no row of the execution.
    private func delete(_ row: ExecutionRow, from table: String) throws -> Bool {
        try database.cachedStatement(sql: "DELETE FROM \(table) WHERE execution = ?").execute(arguments: [row.seq])
        return database.changesCount > 0
    }

    private mutating func finish(_ row: ExecutionRow, as execution: Execution) throws {
        if row.execution.state.lastHeartbeatAt != nil { _ = try delete(row, from: "heartbeat") }
        let wasEarlierRun = hasEarlierRuns ? try delete(row, from: "earlier_run") : false
        if execution.isExclusive || wasEarlierRun { unlocked.insert(row.job) }
        try lateEnds.note(row.seq, endedAt: execution.state.finishedAt)
        // Only the change to success counts: an older success that is written again must not replace a newer one. Nor
        // does the success of a run that is older than its job, which was deleted and put again while it ran.
        guard execution.isExclusive, execution.state.status == .success, !row.execution.state.status.isFinal else {
            return
        }
        try database.cachedStatement(
            sql: """
                INSERT INTO last_success (job, execution)
                SELECT e.job, e.seq FROM execution e JOIN job j ON j.seq = e.job
                WHERE e.seq = ? AND (e.created_ms >= j.created_ms OR j.deleted_ms IS NOT NULL)
                ON CONFLICT (job) DO UPDATE SET execution = excluded.execution
                """
        ).execute(arguments: [row.seq])
    }
}
