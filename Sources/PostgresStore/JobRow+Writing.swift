import JobCore
import PostgreSQL
import Store
import StoreRows

/// The parts of a change of jobs. None of them waits for an answer: they are sent together.
extension JobRow {
    /// Inserts a job or replaces it. A row that exists keeps its `seq`, by which executions refer to it. A job's id is
    /// made of its name, and its index is the first that an insertion meets: so of two programs that insert one name at
    /// the same time, none fails.
    static func write(_ stored: StoredJob, to database: PostgresDatabase) throws {
        let job = stored.job
        database.enqueue(
            """
            INSERT INTO job (id, service, name, enabled, expression, time_zone, dst, since_ms, created_ms,
                updated_ms, document, owner)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (id) DO UPDATE SET enabled = excluded.enabled,
                expression = excluded.expression, time_zone = excluded.time_zone, dst = excluded.dst,
                since_ms = excluded.since_ms, created_ms = excluded.created_ms,
                updated_ms = excluded.updated_ms, deleted_ms = NULL, document = excluded.document,
                owner = excluded.owner
            """,
            [.id(stored.id)] + values(job.name) + [.flag(job.isEnabled)] + PostgresValue.key(job.schedule) + [
                .instant(stored.effectiveAfter), .instant(stored.createdAt), .instant(stored.updatedAt),
                .text(try JSONColumn.text(of: job)), .text(job.owner),
            ])
        writeTags(of: job, to: database)
    }

    /// Tags that are as before are not written.
    private static func writeTags(of job: Job, to database: PostgresDatabase) {
        let values = values(job.name) + [.texts(job.tags)]
        database.enqueue("DELETE FROM job_tag WHERE job = \(number) AND tag <> ALL ($3::text[])", values)
        guard !job.tags.isEmpty else { return }
        database.enqueue(
            """
            INSERT INTO job_tag (tag, job) SELECT tag, \(number) FROM unnest($3::text[]) AS tag
            ON CONFLICT DO NOTHING
            """, values)
    }

    /// Marks a job as deleted.
    static func delete(_ name: JobName, now: Instant, from database: PostgresDatabase) {
        database.enqueue(
            "UPDATE job SET deleted_ms = $3, updated_ms = $3 WHERE service = $1 AND name = $2",
            values(name) + [.instant(now)])
        database.enqueue("DELETE FROM job_tag WHERE job = \(number)", values(name))
    }

    /// For a job that becomes exclusive while it runs: no new run starts before all of its open ones have ended. Tests
    /// (`Trigger.code`) are no runs. One that a recorder ends at this moment is waited for.
    static func noteEarlierRuns(of name: JobName, in database: PostgresDatabase) {
        database.enqueue(
            """
            INSERT INTO earlier_run (execution, job)
            SELECT id, job FROM (
                SELECT id, job FROM execution_open WHERE job = \(number) AND NOT exclusive AND trigger_code <> 4
                ORDER BY id FOR SHARE) e
            ON CONFLICT DO NOTHING
            """, values(name))
    }

    /// For a job that was deleted and comes back as a new one: the successes of its former life are not its own.
    static func forgetLastSuccess(of name: JobName, in database: PostgresDatabase) {
        database.enqueue("DELETE FROM last_success WHERE job = \(number)", values(name))
    }

    /// Ends a batch of changes: they make the next revision, with the schedules that the triggers of `Schema` have
    /// noted.
    static func countChange(in database: PostgresDatabase) {
        database.enqueue("UPDATE jobs_revision SET value = value + 1")
        database.enqueue(
            """
            DELETE FROM schedule_change
            WHERE revision <= (SELECT value - \(PostgresStore.rememberedRevisions) FROM jobs_revision)
            """)
    }

    /// The number of the job that `values` names.
    private static let number = "(SELECT seq FROM job WHERE service = $1 AND name = $2)"

    private static func values(_ name: JobName) -> [PostgresValue] { [.text(name.service), .text(name.job)] }
}
