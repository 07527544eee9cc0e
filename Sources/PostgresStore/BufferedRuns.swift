import JobCore
import PostgreSQL
import StoreRows

/// The buffered executions, inside one transaction: the exclusive ones that are pending and don't hold their job's
/// lock.
struct BufferedRuns {
    /// On an execution `e`.
    static let condition = "e.status = 0 AND e.exclusive AND e.open_exclusive_job IS NULL"

    /// Whether the job `job` has an open run that began before the job was exclusive.
    static func hasEarlierRun(_ job: String) -> String {
        """
        EXISTS (SELECT 1 FROM earlier_run r JOIN execution_open o ON o.id = r.execution WHERE r.job = \(job) OFFSET 0)
        """
    }

    /// Those jobs of $1 that have a buffered execution.
    static let selectJobs = """
        SELECT j FROM unnest($1::bigint[]) j
        WHERE EXISTS (SELECT 1 FROM execution_open e WHERE e.job = j AND \(condition))
        """

    /// The buffered executions of the job $1, in their order, while none of its executions is open otherwise.
    private static let selectReleasable =
        ExecutionRow.select + """
            WHERE e.day = \(Day.open) AND e.job = $1::bigint AND \(condition)
                AND NOT EXISTS (SELECT 1 FROM execution_open o WHERE o.open_exclusive_job = $1)
                AND NOT \(hasEarlierRun("$1"))
            ORDER BY e.occurrence_ms, e.seq LIMIT 100 OFFSET $2::bigint
            """

    private static let selectHolder =
        ExecutionRow.select + """
            WHERE e.day = \(Day.open)
                AND e.id = (SELECT o.id FROM execution_open o WHERE o.open_exclusive_job = $1::bigint)
            """

    /// Another transaction may have released one, or ended this one, since it was read.
    private static let write = """
        UPDATE execution e SET open_exclusive_job = e.job, ttl_deadline_ms = $1::bigint, deadline_ms = $1,
            attempt_due_ms = $2::bigint
        WHERE e.day = \(Day.open) AND e.id = $3 AND \(condition)
        """

    /// The earliest buffered execution of each job that should have released one.
    static let selectStuck = """
        SELECT e.id, j.service, j.name
        FROM (SELECT DISTINCT e.job FROM execution_open e WHERE \(condition)) jobs
            CROSS JOIN LATERAL (
                SELECT e.id, e.job FROM execution_open e WHERE e.job = jobs.job AND \(condition)
                ORDER BY e.occurrence_ms, e.seq LIMIT 1) e
            JOIN job j ON j.seq = e.job
        WHERE NOT EXISTS (SELECT 1 FROM execution_open o WHERE o.open_exclusive_job = jobs.job)
            AND NOT \(hasEarlierRun("jobs.job"))
        LIMIT $1::bigint
        """

    private let database: PostgresDatabase
    private let unreadable: UnreadableRows

    init(_ database: PostgresDatabase, leavingOut unreadable: UnreadableRows) {
        self.database = database
        self.unreadable = unreadable
    }

    /// Hands the job's lock, if it is free, to its earliest buffered execution that can be read. Nil if there is none.
    func release(of job: Int64, at instant: Instant) throws -> Execution? {
        var offset: Int64 = 0
        reading: while true {
            let rows = try database.rows(Self.selectReleasable, [.integer(job), .integer(offset)])
            for row in rows {
                guard let execution = try unreadable.value({ try ExecutionRow(row).execution }) else { continue }
                // Later than its creation: that tells it from one that was never buffered.
                let released = execution.released(at: max(instant, execution.createdAt.adding(milliseconds: 1)))
                let values: [PostgresValue] = [
                    .instant(released.state.ttlDeadline), .instant(released.attemptDueAt), .id(released.id),
                ]
                if try database.execute(Self.write, values) == 1 { return released }
                // Another transaction has changed it meanwhile, and may have handed the lock on.
                offset = 0
                continue reading
            }
            if rows.count < 100 { return nil }
            offset += 100
        }
    }

    /// The execution that holds the job's lock, if it was released and nothing is on record about its delivery.
    func released(of job: Int64) throws -> Execution? {
        let row = try database.rows(Self.selectHolder, [.integer(job)]).first
        guard let holder = try row.flatMap({ row in try unreadable.value { try ExecutionRow(row).execution } }) else {
            return nil
        }
        return holder.isJustReleased ? holder : nil
    }
}
