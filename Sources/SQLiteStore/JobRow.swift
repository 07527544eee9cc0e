import GRDB
import JobCore
import Store
import StoreRows

/// The row of a job: how it is read, and how it is written.
enum JobRow {
    private static let select = "SELECT service, name, document, since_ms, created_ms, updated_ms FROM job "

    /// Throws `UnreadableRow`, with the job's name, when a column or the document can't be read.
    private static func read(_ row: Row) throws(UnreadableRow) -> StoredJob {
        try UnreadableRow.naming(.job, "the job \(row[0] as String)/\(row[1] as String)") {
            var column = ColumnReader(row)
            let name = JobName(service: try column.next(), job: try column.next())
            let job: Job = try JSONColumn.value(of: try column.next())
            guard job.name == name else {
                throw DecodingError.dataCorrupted(
                    DecodingError.Context(codingPath: [], debugDescription: "its document is that of \(job.name)"))
            }
            return StoredJob(
                job: job, effectiveAfter: try column.instant(), createdAt: try column.instant(),
                updatedAt: try column.instant())
        }
    }

    /// The first `limit` jobs that can be read and are wanted. The statement has no LIMIT: rows that can't be read do
    /// not count.
    static func list(
        _ database: Database, where condition: String, _ arguments: StatementArguments, limit: Int,
        leavingOut unreadable: UnreadableRows, if isWanted: (StoredJob) -> Bool = { _ in true }
    ) throws -> [StoredJob] {
        let statement = try database.cachedStatement(sql: select + condition)
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        return try unreadable.list(rows.next, limit: limit, where: isWanted, read)
    }

    /// The first jobs that can be read, up to `limit` of them and `Limits.pageBytesMax` of their documents. `next`
    /// gives the numbers of jobs in their order. The last job of a page leads to the next one.
    static func listed(
        _ database: Database, limit: Int, leavingOut unreadable: UnreadableRows, _ next: () throws -> Int64?
    ) throws -> ListedJobs {
        let find = try database.cachedStatement(sql: select + "WHERE seq = ?")
        var (listed, bytes) = (ListedJobs(jobs: [], more: nil), 0)
        while let seq = try next() {
            let rows = try Row.fetchCursor(find, arguments: [seq])
            guard let row = try rows.next(), let stored = try unreadable.value({ try read(row) }) else { continue }
            bytes += try row.withUnsafeData(atIndex: 2) { $0?.count ?? 0 }
            if let last = listed.jobs.last, listed.jobs.count >= limit || bytes > Limits.pageBytesMax {
                listed.more = last.job.name
                break
            }
            listed.jobs.append(stored)
        }
        return listed
    }

    /// The first jobs of a range that can be read. The index `job_by_schedule` holds them in the range's order.
    static func page(
        _ database: Database, of schedule: ScheduleKey, in range: JobRange, limit: Int, bytesMax: Int,
        leavingOut unreadable: UnreadableRows
    ) throws -> JobPage {
        let (sql, arguments) = selection(of: schedule, in: range)
        let rows = try Row.fetchCursor(try database.cachedStatement(sql: sql), arguments: arguments)
        var page = JobPage(jobs: [], bytes: 0, rest: nil)
        while let row = try rows.next() {
            let bytes = try row.withUnsafeData(atIndex: 2) { $0?.count ?? 0 }
            if !page.jobs.isEmpty, page.jobs.count >= limit || page.bytes + bytes > bytesMax {
                guard let next = try unreadable.value({ try key(row) }) else { continue }
                page.rest = JobRange(from: next, to: range.to)
                break
            }
            guard let stored = try unreadable.value({ try read(row) }) else { continue }
            page.jobs.append(stored)
            page.bytes += bytes
        }
        return page
    }

    /// The statement that reads a range, with the id as its last column.
    static func selection(of schedule: ScheduleKey, in range: JobRange) -> (sql: String, StatementArguments) {
        var sql = """
            SELECT service, name, document, since_ms, created_ms, updated_ms, id FROM job
            WHERE deleted_ms IS NULL AND expression = ? AND time_zone = ? AND dst = ?
            """
        var arguments = schedule.databaseValues
        for (bound, comparison) in [(range.from, ">="), (range.to, "<")] {
            guard let bound else { continue }
            sql += " AND (service, id) \(comparison) (?, ?)"
            arguments += [bound.service.databaseValue, bound.id.databaseValue]
        }
        return (sql + " ORDER BY service, id", StatementArguments(arguments))
    }

    /// The place of a row in the order of `selection`.
    private static func key(_ row: Row) throws(UnreadableRow) -> JobRange.Key {
        try UnreadableRow.naming(.job, "the job \(row[0] as String)/\(row[1] as String)") {
            var column = ColumnReader(row, from: 6)
            return JobRange.Key(service: row[0], id: try column.identifier())
        }
    }

    /// The job of that name, unless it was deleted. Throws `UnreadableRow`.
    static func find(_ name: JobName, in database: Database) throws -> StoredJob? {
        let statement = try database.cachedStatement(
            sql: select + "WHERE service = ? AND name = ? AND deleted_ms IS NULL")
        let rows = try Row.fetchCursor(statement, arguments: [name.service, name.job])
        return try rows.next().map(read)
    }

    /// What is on record under a name. A row that can't be read is noted.
    static func before(
        _ name: JobName, in database: Database, leavingOut unreadable: UnreadableRows
    ) throws -> JobBefore {
        do {
            return JobBefore(try find(name, in: database))
        } catch let row as UnreadableRow {
            unreadable.note(row)
            return JobBefore(
                unreadableSince: try Int64.fetchOne(
                    database, sql: "SELECT created_ms FROM job WHERE service = ? AND name = ?",
                    arguments: [name.service, name.job]))
        }
    }

    /// Inserts a job or replaces it. A row that exists keeps its `seq`, by which executions refer to it.
    static func write(_ stored: StoredJob, to database: Database) throws {
        let job = stored.job
        try database.cachedStatement(
            sql: """
                INSERT INTO job (id, service, name, enabled, expression, time_zone, dst, since_ms, created_ms,
                    updated_ms, document, owner)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (service, name) DO UPDATE SET enabled = excluded.enabled,
                    expression = excluded.expression, time_zone = excluded.time_zone, dst = excluded.dst,
                    since_ms = excluded.since_ms, created_ms = excluded.created_ms,
                    updated_ms = excluded.updated_ms, deleted_ms = NULL, document = excluded.document,
                    owner = excluded.owner
                """
        ).execute(arguments: [
            stored.id.databaseValue, job.name.service.databaseValue, job.name.job.databaseValue,
            job.isEnabled.databaseValue, job.schedule.expression.databaseValue, job.schedule.timeZone.databaseValue,
            job.schedule.dst.description.databaseValue, stored.effectiveAfter.databaseValue,
            stored.createdAt.databaseValue, stored.updatedAt.databaseValue,
            try JSONColumn.text(of: job).databaseValue, job.owner.databaseValue,
        ])
        try writeTags(of: job, to: database)
    }

    /// A job whose tags are as before costs one read.
    private static func writeTags(of job: Job, to database: Database) throws {
        let seq = "(SELECT seq FROM job WHERE service = ?1 AND name = ?2)"
        let name: StatementArguments = [job.name.service, job.name.job]
        // As bytes: SQLite compares them, and Swift takes texts that look alike for the same.
        let written = try Set(
            String.fetchAll(
                try database.cachedStatement(sql: "SELECT tag FROM job_tag WHERE job = \(seq)"), arguments: name
            ).map { Array($0.utf8) })
        let tags = Set(job.tags.map { Array($0.utf8) })
        guard written != tags else { return }
        try database.cachedStatement(sql: "DELETE FROM job_tag WHERE job = \(seq)").execute(arguments: name)
        let insert = try database.cachedStatement(sql: "INSERT INTO job_tag (tag, job) VALUES (?3, \(seq))")
        for tag in tags {
            try insert.execute(arguments: [job.name.service, job.name.job, String(decoding: tag, as: UTF8.self)])
        }
    }

    /// Marks a job as deleted.
    static func delete(_ name: JobName, now: Instant, from database: Database) throws {
        let names: StatementArguments = [name.service, name.job]
        try database.cachedStatement(
            sql: "UPDATE job SET deleted_ms = ?3, updated_ms = ?3 WHERE service = ?1 AND name = ?2"
        ).execute(arguments: names + [now.databaseValue])
        try database.cachedStatement(
            sql: "DELETE FROM job_tag WHERE job = (SELECT seq FROM job WHERE service = ? AND name = ?)"
        ).execute(arguments: names)
    }

    /// For a job that becomes exclusive while it runs: no new run starts before all of its open ones have ended. Tests
    /// (`Trigger.code`) are no runs.
    static func noteEarlierRuns(of name: JobName, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT OR IGNORE INTO earlier_run SELECT e.seq, e.job FROM execution e JOIN job j ON j.seq = e.job
                WHERE j.service = ? AND j.name = ? AND e.deadline_ms IS NOT NULL AND e.exclusive = 0
                    AND e.trigger_code <> 4
                """,
            arguments: [name.service, name.job])
    }

    /// For a job that was deleted and comes back as a new one: the successes of its former life are not its own.
    static func forgetLastSuccess(of name: JobName, in database: Database) throws {
        try database.cachedStatement(
            sql: "DELETE FROM last_success WHERE job = (SELECT seq FROM job WHERE service = ? AND name = ?)"
        ).execute(arguments: [name.service, name.job])
    }

    /// Removes the row that only the executions of tests needed (`ExecutionInserter.insertUnknownJob`), unless one is
    /// still on record.
    static func removeIfNeverPut(_ seq: Int64, from database: Database) throws {
        try database.cachedStatement(
            sql: """
                DELETE FROM job WHERE seq = ?1 AND deleted_ms IS NOT NULL AND document = ''
                    AND NOT EXISTS (SELECT 1 FROM execution WHERE job = ?1)
                """
        ).execute(arguments: [seq])
    }

    /// Ends a batch of changes: they make the next revision, with the schedules that the triggers of `Schema` have
    /// noted.
    static func countChange(in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE jobs_revision SET value = value + 1;
                DELETE FROM schedule_change
                    WHERE revision <= (SELECT value - \(SQLiteStore.rememberedRevisions) FROM jobs_revision);
                """)
    }
}
