import GRDB
import JobCore
import Store
import StoreRows

/// The buffered executions, inside one transaction: the exclusive ones that are pending and don't hold their job's
/// lock.
struct BufferedRuns {
    /// Names the columns of an execution without a table, so that it serves an index, too.
    static let condition = "status = 0 AND exclusive = 1 AND open_exclusive_job IS NULL"

    /// The numbers of a job's buffered executions, in their order, while none of its executions is open otherwise.
    static let selectReleasable = """
        SELECT seq FROM execution INDEXED BY execution_buffered
        WHERE job = ?1 AND \(condition)
            AND NOT EXISTS (SELECT 1 FROM execution WHERE open_exclusive_job = ?1)
            AND NOT EXISTS (SELECT 1 FROM earlier_run WHERE job = ?1)
        ORDER BY occurrence_ms, seq
        """

    private static let selectBySeq = ExecutionRow.select + "WHERE e.seq = ?"
    private static let selectHolder = ExecutionRow.select + "WHERE e.open_exclusive_job = ?"

    /// The earliest buffered execution of each job that should have released one.
    static let selectStuck = """
        SELECT e.id, j.service, j.name
        FROM (SELECT DISTINCT job FROM execution INDEXED BY execution_buffered WHERE \(condition)) jobs
            JOIN execution e ON e.seq = (
                SELECT seq FROM execution INDEXED BY execution_buffered
                WHERE job = jobs.job AND \(condition) ORDER BY occurrence_ms, seq LIMIT 1)
            JOIN job j ON j.seq = e.job
        WHERE NOT EXISTS (SELECT 1 FROM execution WHERE open_exclusive_job = jobs.job)
            AND NOT EXISTS (SELECT 1 FROM earlier_run WHERE job = jobs.job)
        LIMIT ?
        """

    private let database: Database
    private let unreadable: UnreadableRows

    init(_ database: Database, leavingOut unreadable: UnreadableRows) {
        self.database = database
        self.unreadable = unreadable
    }

    /// True when the job has a buffered execution.
    func exist(of job: Int64) throws -> Bool {
        let find = try database.cachedStatement(
            sql: """
                SELECT 1 FROM execution INDEXED BY execution_buffered
                WHERE job = ? AND \(Self.condition) LIMIT 1
                """)
        return try Int64.fetchOne(find, arguments: [job]) != nil
    }

    /// Hands the job's lock, if it is free, to its earliest buffered execution that can be read. Nil if there is none.
    func release(of job: Int64, at instant: Instant) throws -> Execution? {
        let releasable = try Int64.fetchCursor(
            try database.cachedStatement(sql: Self.selectReleasable), arguments: [job])
        while let seq = try releasable.next() {
            guard let execution = try find(Self.selectBySeq, seq) else { continue }
            // Later than its creation: that tells it from one that was never buffered.
            let released = execution.released(at: max(instant, execution.createdAt.adding(milliseconds: 1)))
            try write(released, seq: seq)
            return released
        }
        return nil
    }

    /// The execution that holds the job's lock, if it was released and nothing is on record about its delivery.
    func released(of job: Int64) throws -> Execution? {
        guard let holder = try find(Self.selectHolder, job) else { return nil }
        return holder.isJustReleased ? holder : nil
    }

    private func find(_ sql: String, _ argument: Int64) throws -> Execution? {
        let rows = try Row.fetchCursor(try database.cachedStatement(sql: sql), arguments: [argument])
        return try rows.next().flatMap { row in try unreadable.value { try ExecutionRow(row).execution } }
    }

    private func write(_ released: Execution, seq: Int64) throws {
        try database.cachedStatement(
            sql: """
                UPDATE execution SET open_exclusive_job = job, ttl_deadline_ms = ?1, deadline_ms = ?1,
                    attempt_due_ms = ?2
                WHERE seq = ?3
                """
        ).execute(arguments: [
            released.state.ttlDeadline.databaseValue, released.attemptDueAt.databaseValue, seq.databaseValue,
        ])
    }
}
