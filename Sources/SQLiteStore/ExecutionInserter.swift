import GRDB
import JobCore
import Store
import StoreRows

/// Inserts executions, inside one transaction.
struct ExecutionInserter {
    private let database: Database
    private let now: Instant
    private let insert: Statement
    private let find: Statement
    private let findJob: Statement
    private let findEarlierRun: Statement
    private let buffered: BufferedRuns
    private let lastSuccesses: LastSuccessFinder
    private let unreadable: UnreadableRows
    private var lateEnds: LateEnds
    private var jobs: [JobID: Int64] = [:]

    /// `now` is read within the transaction: after the wait for other writers.
    init(_ database: Database, now: Instant, leavingOut unreadable: UnreadableRows) throws {
        self.database = database
        self.unreadable = unreadable
        self.now = now
        insert = try database.cachedStatement(sql: ExecutionRow.insert)
        find = try database.cachedStatement(sql: ExecutionRow.selectByID)
        findJob = try database.cachedStatement(sql: "SELECT seq FROM job WHERE id = ?")
        findEarlierRun = try database.cachedStatement(sql: "SELECT 1 FROM earlier_run WHERE job = ? LIMIT 1")
        buffered = BufferedRuns(database, leavingOut: unreadable)
        lastSuccesses = try LastSuccessFinder(database, leavingOut: unreadable)
        lateEnds = LateEnds(database)
    }

    /// The unique indexes decide: an execution that they refuse either exists already or finds its job's lock taken.
    ///
    /// Nil when it exists already and its row can't be read.
    mutating func create(_ execution: Execution) throws -> RecordedExecution? {
        let mayWait = execution.state.isBuffered
        var execution = execution.created(at: now)
        if mayWait { execution = execution.released(at: execution.createdAt) }
        let job = try seq(of: execution)
        if try !isBlocked(execution, job: job, mayWait: mayWait), try inserted(execution, job: job) {
            return try lastSuccesses.recorded(execution, job: job, isNew: true)
        }
        do {
            if let existing = try ExecutionRow.find(execution.id, with: find) {
                return try lastSuccesses.recorded(existing.execution, job: existing.job, isNew: false)
            }
        } catch let row as UnreadableRow {
            unreadable.note(row)
            return nil
        }
        if mayWait {
            execution = execution.buffered()
        } else {
            execution.state = .over(.locked, at: now, ttlSeconds: execution.state.ttlSeconds)
        }
        guard try inserted(execution, job: job) else {
            throw DatabaseError(
                resultCode: .SQLITE_CONSTRAINT, message: "the execution \(execution.id) can't be inserted")
        }
        return try lastSuccesses.recorded(execution, job: job, isNew: true)
    }

    /// A ticker that finds no baton resumes from the newest occurrence. Runs that were asked for are not occurrences.
    func writeNewestOccurrence(of executions: [Execution]) throws {
        let newest = executions.lazy.filter { $0.trigger == .schedule }.map(\.occurrence).max()
        guard let newest else { return }
        try database.cachedStatement(
            sql: "UPDATE newest_occurrence SET value_ms = ?1 WHERE value_ms IS NULL OR value_ms < ?1"
        ).execute(arguments: [newest.databaseValue])
    }

    /// True while a run is open that began before its job was exclusive: it does not hold the lock. An execution that
    /// may wait also stays behind those that wait already.
    private func isBlocked(_ execution: Execution, job: Int64, mayWait: Bool) throws -> Bool {
        guard execution.isExclusive, !execution.state.status.isFinal else { return false }
        if mayWait, try buffered.exist(of: job) { return true }
        return try Int64.fetchOne(findEarlierRun, arguments: [job]) != nil
    }

    private mutating func inserted(_ execution: Execution, job: Int64) throws -> Bool {
        try execution.insert(job: job, with: insert)
        guard database.changesCount == 1 else { return false }
        try lateEnds.note(database.lastInsertedRowID, endedAt: execution.state.finishedAt)
        if let retried = execution.retryOf {
            try database.cachedStatement(sql: "UPDATE execution SET retried_by = ? WHERE id = ?")
                .execute(arguments: [execution.id.databaseValue, retried.databaseValue])
        }
        return true
    }

    private mutating func seq(of execution: Execution) throws -> Int64 {
        if let known = jobs[execution.jobID] { return known }
        let found = try Int64.fetchOne(findJob, arguments: [execution.jobID.databaseValue])
        let seq = try found ?? insertUnknownJob(of: execution)
        jobs[execution.jobID] = seq
        return seq
    }

    /// The job of a test delivery was never put, but its execution is recorded like any other: its job's row is marked
    /// deleted. It goes with the last execution.
    private func insertUnknownJob(of execution: Execution) throws -> Int64 {
        try database.execute(
            sql: """
                INSERT INTO job (id, service, name, enabled, expression, time_zone, dst, since_ms, created_ms,
                    updated_ms, deleted_ms, document)
                VALUES (?, ?, ?, 0, '', '', '', ?4, ?4, ?4, ?4, '')
                """,
            arguments: [
                execution.jobID.databaseValue, execution.jobName.service.databaseValue,
                execution.jobName.job.databaseValue,
                now.databaseValue,
            ])
        return database.lastInsertedRowID
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
}
