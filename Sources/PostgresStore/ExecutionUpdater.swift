import JobCore
import PostgreSQL
import Store
import StoreRows

/// Loads executions and writes their changes, inside one transaction: one round trip reads, another one writes. Those
/// that have ended before, and exclusive jobs, need more.
struct ExecutionUpdater {
    private let database: PostgresDatabase
    private let rows: [ExecutionID: ExecutionRow]
    private let buffered: BufferedRuns
    /// Whether any run that began before its job was exclusive is open.
    private let hasEarlierRuns: Bool
    let lineProgress: LineProgress
    /// The jobs of which an execution ended that may have been in the way of buffered ones.
    private var unlocked: Set<Int64> = []

    /// Nobody else changes these executions before the transaction has ended. They are locked in the order of ids.
    private static let lock = """
        SELECT 1 FROM execution e WHERE e.day = \(Day.open) AND e.id = ANY($1) ORDER BY e.id FOR UPDATE
        """

    private static let upsertHeartbeats = """
        INSERT INTO heartbeat (execution, first_heard_ms, heard_ms, deadline_ms, progress)
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
        ON CONFLICT (execution) DO UPDATE SET first_heard_ms = excluded.first_heard_ms,
            heard_ms = excluded.heard_ms, deadline_ms = excluded.deadline_ms, progress = excluded.progress
        """
    private static let deleteHeartbeats = "DELETE FROM heartbeat WHERE execution = ANY($1)"
    private static let deleteEarlierRuns = "DELETE FROM earlier_run WHERE execution = ANY($1) RETURNING job"

    init(
        _ database: PostgresDatabase, of ids: [ExecutionID], line: ReportLine, leavingOut unreadable: UnreadableRows
    ) throws {
        self.database = database
        let ids = Set(ids)
        // The rows are read by a statement of their own: it sees what was committed while the one before waited.
        let answers = try database.rows(of: [
            (LineProgressRow.selectToChange, [.integer(Int64(line.index))]),
            (Self.lock, [.ids(Array(ids))]),
            (ExecutionRow.selectOpen, [.ids(Array(ids))]),
            ("SELECT EXISTS (SELECT 1 FROM earlier_run)", []),
        ])
        lineProgress = try answers[0].first.map(LineProgressRow.read) ?? LineProgress()
        var rows = try ExecutionRow.byID(answers[2], leavingOut: unreadable)
        hasEarlierRuns = try answers[3][0].value(0)
        // Those that have ended: a report about one is rare.
        if answers[2].count < ids.count {
            let missing = ids.filter { rows[$0] == nil }
            rows.merge(
                try ExecutionRow.find(Array(missing), from: 1, in: database, leavingOut: unreadable)
            ) { $1 }
        }
        self.rows = rows
        buffered = BufferedRuns(database, leavingOut: unreadable)
    }

    var loaded: [ExecutionID: Execution] { rows.mapValues(\.execution) }

    /// Writes with the next round trip.
    mutating func apply(_ changes: [ExecutionChange]) throws {
        // The last change of an execution counts, as if they were written one after the other.
        var rewritten: [ExecutionID: Execution] = [:]
        var heartbeats: [ExecutionID: ExecutionState] = [:]
        var ended: [Execution] = []
        for change in changes {
            switch change {
            case .heartbeat(let execution):
                if rows[execution.id] != nil { heartbeats[execution.id] = execution.state }
            case .rewritten(let execution):
                guard rows[execution.id] != nil else { continue }
                rewritten[execution.id] = execution
                if execution.state.status.isFinal {
                    ended.append(execution)
                    heartbeats[execution.id] = nil
                } else if execution.state.lastHeartbeatAt != nil {
                    heartbeats[execution.id] = execution.state
                }
            }
        }
        try enqueueRewritten(rewritten)
        if !heartbeats.isEmpty { enqueueHeartbeats(heartbeats) }
        try finish(ended)
    }

    private func enqueueRewritten(_ executions: [ExecutionID: Execution]) throws {
        let byPartition = Dictionary(
            grouping: executions.values.compactMap { execution in
                rows[execution.id].map { (day: $0.day, row: ExecutionColumns.Row(execution: execution, job: $0.job)) }
            }
        ) { $0.day }
        for (day, items) in byPartition.sorted(by: { $0.key < $1.key }) {
            let columns = ExecutionColumns(items.map(\.row).sorted { $0.execution.id.uuid < $1.execution.id.uuid })
            try columns.enqueueUpdate(inPartition: day, to: database)
        }
    }

    private func enqueueHeartbeats(_ states: [ExecutionID: ExecutionState]) {
        let sorted = states.sorted { $0.key.uuid < $1.key.uuid }
        database.enqueue(
            Self.upsertHeartbeats,
            [
                .ids(sorted.map(\.key)),
                .integers(sorted.map { ($1.firstHeartbeatAt ?? $1.lastHeartbeatAt)?.millisecondsSinceEpoch }),
                .integers(sorted.map { $1.lastHeartbeatAt?.millisecondsSinceEpoch }),
                .integers(sorted.map { ($1.heartbeatDeadline ?? $1.ttlDeadline).millisecondsSinceEpoch }),
                .integers(sorted.map { $1.progress.map(Int64.init) }),
            ])
    }

    private mutating func finish(_ ended: [Execution]) throws {
        var heard: [ExecutionID] = []
        var successes: [(execution: Execution, job: Int64)] = []
        for execution in ended {
            guard let row = rows[execution.id] else { continue }
            if row.execution.state.lastHeartbeatAt != nil { heard.append(execution.id) }
            if execution.isExclusive { unlocked.insert(row.job) }
            // Only the change to success counts: an older success that is written again must not replace a newer one.
            if execution.isExclusive, execution.state.status == .success, !row.execution.state.status.isFinal {
                successes.append((execution, row.job))
            }
        }
        if !heard.isEmpty { database.enqueue(Self.deleteHeartbeats, [.ids(heard)]) }
        if !successes.isEmpty { database.enqueue(LastSuccessRow.upsert, LastSuccessRow.values(successes)) }
        if hasEarlierRuns, !ended.isEmpty {
            for row in try database.rows(Self.deleteEarlierRuns, [.ids(ended.map(\.id))]) {
                unlocked.insert(try row.value(0))
            }
        }
    }

    /// Hands on the locks of the jobs whose runs have ended, and of those of `repeated`. Answers the executions that
    /// hold them since, also when they were handed on before because of `repeated`.
    func release(because repeated: [ExecutionID], at instant: Instant) throws -> [Execution] {
        let asked = Set(repeated.compactMap { rows[$0]?.job })
        let jobs = unlocked.union(asked).sorted()
        guard !jobs.isEmpty else { return [] }
        let waiting = try Set(
            database.rows(BufferedRuns.selectJobs, [.integers(jobs)]).map { try $0.value(0) as Int64 })
        return try jobs.compactMap { job in
            if waiting.contains(job), let released = try buffered.release(of: job, at: instant) { return released }
            return asked.contains(job) ? try buffered.released(of: job) : nil
        }
    }
}
