internal import FoundationEssentials
internal import GRDB
internal import JobCore
internal import Store

/// A job as its row holds it: how it is read, and how it is written.
enum JobRow {
    /// To be followed by conditions.
    static let select = "SELECT document, since_ms, created_ms, updated_ms FROM job "

    private static let decoder = JSONDecoder()
    private static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    static func read(_ row: Row) throws -> StoredJob {
        var column = ColumnReader(row)
        let document = try column.next(String.self)
        return StoredJob(
            job: try decoder.decode(Job.self, from: Data(document.utf8)), effectiveAfter: try column.instant(),
            createdAt: try column.instant(), updatedAt: try column.instant())
    }

    static func fetchAll(_ database: Database, sql: String, _ arguments: StatementArguments) throws -> [StoredJob] {
        let rows = try Row.fetchCursor(try database.cachedStatement(sql: sql), arguments: arguments)
        return try Array(rows.map(read))
    }

    static func find(_ name: JobName, in database: Database) throws -> StoredJob? {
        try fetchAll(
            database, sql: select + "WHERE service = ? AND name = ? AND deleted_ms IS NULL", [name.service, name.job]
        ).first
    }

    /// Puts a job on record. A row that is there already keeps its `seq`, by which executions know it.
    static func write(_ stored: StoredJob, to database: Database) throws {
        let job = stored.job
        try database.cachedStatement(
            sql: """
                INSERT INTO job (id, service, name, enabled, expression, time_zone, dst, since_ms, created_ms,
                    updated_ms, document)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (service, name) DO UPDATE SET enabled = excluded.enabled,
                    expression = excluded.expression, time_zone = excluded.time_zone, dst = excluded.dst,
                    since_ms = excluded.since_ms, created_ms = excluded.created_ms,
                    updated_ms = excluded.updated_ms, deleted_ms = NULL, document = excluded.document
                """
        ).execute(arguments: [
            stored.id.databaseValue, job.name.service.databaseValue, job.name.job.databaseValue,
            job.isEnabled.databaseValue, job.schedule.expression.databaseValue, job.schedule.timeZone.databaseValue,
            job.schedule.dst.description.databaseValue, stored.effectiveAfter.databaseValue,
            stored.createdAt.databaseValue,
            stored.updatedAt.databaseValue,
            String(decoding: try encoder.encode(job), as: UTF8.self).databaseValue,
        ])
    }

    /// A job that becomes exclusive while it runs: its newest open execution holds the lock, unless one does already
    /// from when the job was exclusive before.
    static func lockOpenExecution(of name: JobName, in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE execution SET open_exclusive_job = job WHERE seq = (
                    SELECT max(e.seq) FROM execution e JOIN job j ON j.seq = e.job
                    WHERE j.service = ? AND j.name = ? AND e.deadline_ms IS NOT NULL
                        AND NOT EXISTS (SELECT 1 FROM execution WHERE open_exclusive_job = j.seq))
                """,
            arguments: [name.service, name.job])
    }

    static func countChange(in database: Database) throws {
        try database.execute(sql: "UPDATE jobs_revision SET value = value + 1")
    }
}
