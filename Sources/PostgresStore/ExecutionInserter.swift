import FoundationEssentials
import JobCore
import PostgreSQL
import Store
import StoreRows

/// Inserts a batch of executions, inside one transaction. The number of its round trips does not grow with the batch:
/// one reads, one writes, and exclusive jobs need two more.
struct ExecutionInserter {
    /// What becomes of an execution.
    private struct Entry {
        var execution: Execution
        var job: Int64
        var isNew: Bool
    }

    private let database: PostgresDatabase
    private let unreadable: UnreadableRows
    private let executions: [Execution]
    /// What is on record, or has become so, by id. An id with nil can't be read.
    private var entries: [ExecutionID: Entry?] = [:]
    private var jobs: [JobID: Int64] = [:]
    /// The place of each in the order of executions.
    private var numbers: [ExecutionID: Int64] = [:]

    /// The executions of a job are created by one transaction after the other. An index can't see to it that an id
    /// exists once, since executions move to another partition when they end.
    private static let lockJobs = "SELECT id, seq FROM job WHERE id = ANY($1) ORDER BY seq FOR NO KEY UPDATE"
    private static let selectExisting =
        ExecutionRow.select
        + "WHERE e.id = ANY($1) AND (e.day IN (\(Day.open), \(Day.kept)) OR e.day >= $2::bigint)"
    private static let takeNumbers = "SELECT nextval('execution_seq') FROM generate_series(1, $1::bigint)"
    private static let selectEarlierRuns = """
        SELECT j FROM unnest($1::bigint[]) j WHERE \(BufferedRuns.hasEarlierRun("j"))
        """
    private static let insertUnknownJobs = """
        INSERT INTO job (id, service, name, enabled, expression, time_zone, dst, since_ms, created_ms, updated_ms,
            deleted_ms, document)
        SELECT id, service, name, false, '', '', '', $4::bigint, $4, $4, $4, ''
        FROM unnest($1::uuid[], $2::text[], $3::text[]) u(id, service, name)
        ON CONFLICT DO NOTHING
        """
    private static let linkRetries = """
        UPDATE execution e SET retried_by = u.retry FROM unnest($1::uuid[], $2::uuid[]) u(retried, retry)
        WHERE e.id = u.retried
        """
    private static let noteNewest = """
        INSERT INTO newest_occurrence VALUES (pg_backend_pid() % 16, $1::bigint)
        ON CONFLICT (shard) DO UPDATE SET value_ms = excluded.value_ms
            WHERE newest_occurrence.value_ms < excluded.value_ms
        """

    init(_ executions: [Execution], in database: PostgresDatabase, leavingOut unreadable: UnreadableRows) {
        self.executions = executions
        self.database = database
        self.unreadable = unreadable
    }

    /// Inserts those that don't exist, and answers all; nil for one that exists and can't be read.
    ///
    /// The unique indexes decide: an execution that they refuse either exists already or finds its job's lock taken.
    /// `clock` is asked once it is known what is on record.
    mutating func create(now clock: () -> Instant) throws -> [RecordedExecution?] {
        try read(now: clock)
        let waiting = try buffering()
        let now = clock()
        var (free, blocked): ([Execution], [Execution]) = ([], [])
        // A job's lock is taken by one execution of a batch.
        var locked: Set<JobID> = []
        var seen: Set<ExecutionID> = []
        for execution in executions where entries[execution.id] == nil && seen.insert(execution.id).inserted {
            let mayWait = execution.state.isBuffered
            var created = execution.created(at: now)
            if mayWait { created = created.released(at: created.createdAt) }
            guard created.isExclusive, !created.state.status.isFinal else {
                free.append(created)
                continue
            }
            let job = jobs[execution.jobID] ?? 0
            let isBlocked = waiting.earlier.contains(job) || mayWait && waiting.buffered.contains(job)
            if isBlocked || !locked.insert(execution.jobID).inserted {
                blocked.append(created.blocked(mayWait: mayWait, now: now))
            } else {
                free.append(created)
            }
        }
        let refused = try insert(free)
        try readAgain(refused)
        let mayWait = Set(executions.lazy.filter(\.state.isBuffered).map(\.id))
        for execution in refused where entries[execution.id] == nil {
            blocked.append(execution.blocked(mayWait: mayWait.contains(execution.id), now: now))
        }
        try readAgain(try insert(blocked))
        writeNewestOccurrence()
        return try answers()
    }

    /// Locks the jobs, then finds what exists, and takes a number for each execution: in the order in which they are
    /// given.
    private mutating func read(now clock: () -> Instant) throws {
        let jobIDs = Set(executions.map(\.jobID))
        // An execution that exists has not ended before its occurrence, but for the difference of two clocks.
        let earliest = executions.map { min($0.occurrence, $0.createdAt) }.min() ?? executions[0].occurrence
        for isLast in [false, true] {
            let answers = try database.rows(of: [
                (Self.lockJobs, [.ids(Array(jobIDs))]),
                (Self.selectExisting, [.ids(executions.map(\.id)), .integer(Day.of(earliest) - 1)]),
                (Self.takeNumbers, [.count(executions.count)]),
            ])
            for row in answers[0] {
                var column = ColumnReader(row)
                let id: JobID = try column.identifier()
                jobs[id] = try column.next()
            }
            let unknown = jobIDs.filter { jobs[$0] == nil }
            if unknown.isEmpty {
                try note(answers[1])
                for (execution, row) in zip(executions, answers[2]) { numbers[execution.id] = try row.value(0) }
                return
            }
            guard !isLast else { throw StoreError.unavailable("a job was removed meanwhile") }
            try insertUnknownJobs(unknown, now: clock())
        }
    }

    /// The job of a test delivery was never put, but its execution is recorded like any other: its job's row is marked
    /// deleted. It goes with the last execution.
    private func insertUnknownJobs(_ ids: Set<JobID>, now: Instant) throws {
        var names: [JobID: JobName] = [:]
        for execution in executions where ids.contains(execution.jobID) { names[execution.jobID] = execution.jobName }
        let sorted = names.sorted { $0.key.uuid < $1.key.uuid }
        _ = try database.execute(
            Self.insertUnknownJobs,
            [
                .ids(sorted.map(\.key)), .texts(sorted.map(\.value.service)), .texts(sorted.map(\.value.job)),
                .instant(now),
            ]
        )
    }

    private mutating func readAgain(_ refused: [Execution]) throws {
        guard !refused.isEmpty else { return }
        try note(try database.rows(ExecutionRow.select + "WHERE e.id = ANY($1)", [.ids(refused.map(\.id))]))
    }

    private mutating func note(_ rows: PostgresRows) throws {
        for row in rows {
            var column = ColumnReader(row, from: 2)
            let id: ExecutionID = try column.identifier()
            let found = try unreadable.value { try ExecutionRow(row) }
            entries[id] = .some(found.map { Entry(execution: $0.execution, job: $0.job, isNew: false) })
        }
    }

    /// The jobs with a run that began before they were exclusive, and those with buffered executions: an execution that
    /// may wait stays behind those that wait already.
    private func buffering() throws -> (earlier: Set<Int64>, buffered: Set<Int64>) {
        let exclusive = Set(executions.lazy.filter(\.isExclusive).compactMap { jobs[$0.jobID] }).sorted()
        guard !exclusive.isEmpty else { return ([], []) }
        let answers = try database.rows(of: [
            (Self.selectEarlierRuns, [.integers(exclusive)]), (BufferedRuns.selectJobs, [.integers(exclusive)]),
        ])
        let sets = try answers.map { try Set($0.map { try $0.value(0) as Int64 }) }
        return (sets[0], sets[1])
    }

    /// Inserts executions, and answers those that an index refuses. The rows are written in the order of jobs and ids,
    /// as in every other transaction.
    private mutating func insert(_ executions: [Execution]) throws -> [Execution] {
        guard !executions.isEmpty else { return [] }
        let rows = executions.map { execution in
            ExecutionColumns.Row(
                execution: execution, job: jobs[execution.jobID] ?? 0, seq: numbers[execution.id] ?? 0)
        }.sorted { ($0.job, $0.execution.id.uuid) < ($1.job, $1.execution.id.uuid) }
        let columns = ExecutionColumns(rows)
        for day in columns.days.sorted() { database.enqueue("SELECT add_day($1)", [.integer(day)]) }
        let inserted = try Set(
            database.rows(ExecutionColumns.insert, try columns.insertValues()).map { try $0.value(0) as UUID })
        var refused: [Execution] = []
        var retries: [(retried: ExecutionID, retry: ExecutionID)] = []
        for execution in executions {
            guard inserted.contains(execution.id.uuid) else {
                refused.append(execution)
                continue
            }
            entries[execution.id] = .some(Entry(execution: execution, job: jobs[execution.jobID] ?? 0, isNew: true))
            if let retried = execution.retryOf { retries.append((retried, execution.id)) }
        }
        if !retries.isEmpty {
            database.enqueue(Self.linkRetries, [.ids(retries.map(\.retried)), .ids(retries.map(\.retry))])
        }
        return refused
    }

    /// A ticker that finds no baton resumes from the newest occurrence. Runs that were asked for are not occurrences.
    private func writeNewestOccurrence() {
        let newest = executions.lazy.filter { $0.trigger == .schedule }.map(\.occurrence).max()
        if let newest { database.enqueue(Self.noteNewest, [.instant(newest)]) }
    }

    private func answers() throws -> [RecordedExecution?] {
        var answered: Set<ExecutionID> = []
        let found = executions.map { execution -> Entry? in
            guard var entry = entries[execution.id] ?? nil else { return nil }
            // An id that is given twice is created once.
            entry.isNew = entry.isNew && answered.insert(execution.id).inserted
            return entry
        }
        var recorded = try LastSuccessRow.recorded(
            found.compactMap { $0.map { ($0.execution, $0.job, $0.isNew) } }, in: database, leavingOut: unreadable
        ).makeIterator()
        return found.map { $0 == nil ? nil : recorded.next() }
    }
}

extension Execution {
    /// This execution as one that is created at `now`, which is after the wait for the store. So an exclusive run that
    /// waited for the end of another one is not older than that end.
    fileprivate func created(at now: Instant) -> Execution {
        var execution = self
        execution.createdAt = max(createdAt, now)
        execution.state.finishedAt = state.finishedAt.map { max($0, now) }
        return execution
    }

    /// This execution as one that finds its job's lock taken.
    fileprivate func blocked(mayWait: Bool, now: Instant) -> Execution {
        guard !mayWait else { return buffered() }
        var execution = self
        execution.state = .over(.locked, at: now, ttlSeconds: state.ttlSeconds)
        return execution
    }
}
