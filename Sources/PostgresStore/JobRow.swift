import JobCore
import PostgreSQL
import Store
import StoreRows

/// The row of a job: how it is read, and how it is written.
enum JobRow {
    private static let columns = "service, name, document, since_ms, created_ms, updated_ms"
    private static let select = "SELECT \(columns) FROM job "
    /// The documents that are read at once for a page.
    private static let chunkMax = 100

    /// Throws `UnreadableRow`, with the job's name, when a column or the document can't be read.
    private static func read(_ row: PostgresRow) throws -> StoredJob {
        let name = try name(of: row)
        return try UnreadableRow.naming(.job, "the job \(name)") {
            var column = ColumnReader(row, from: 2)
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

    private static func name(of row: PostgresRow) throws -> JobName {
        JobName(service: try row.value(0), job: try row.value(1))
    }

    /// The first jobs that can be read, up to `limit` of them and `Limits.pageBytesMax` of their documents. `numbers`
    /// are those of jobs in their order. The last job of a page leads to the next one.
    static func listed(
        _ numbers: [Int64], in database: PostgresDatabase, limit: Int, leavingOut unreadable: UnreadableRows
    ) throws -> ListedJobs {
        var (listed, bytes) = (ListedJobs(jobs: [], more: nil), 0)
        // The row after a full page tells that there is another page.
        let chunkSize = min(limit, chunkMax) + 1
        for start in stride(from: 0, to: numbers.count, by: chunkSize) {
            let chunk = Array(numbers[start..<min(start + chunkSize, numbers.count)])
            let rows = try rows(chunk, in: database)
            for number in chunk {
                guard let row = rows[number], let stored = try unreadable.value({ try read(row) }) else { continue }
                bytes += row.byteCount(2)
                if let last = listed.jobs.last, listed.jobs.count >= limit || bytes > Limits.pageBytesMax {
                    listed.more = last.job.name
                    return listed
                }
                listed.jobs.append(stored)
            }
        }
        return listed
    }

    private static func rows(_ numbers: [Int64], in database: PostgresDatabase) throws -> [Int64: PostgresRow] {
        var rows: [Int64: PostgresRow] = [:]
        let found = try database.rows("SELECT \(columns), seq FROM job WHERE seq = ANY ($1)", [.integers(numbers)])
        for row in found { rows[try row.value(6)] = row }
        return rows
    }

    /// The first jobs of a range that can be read. The index `job_by_schedule` holds them in the range's order.
    static func page(
        _ database: PostgresDatabase, of schedule: ScheduleKey, in range: JobRange, onlyEnabled: Bool = false,
        limit: Int, bytesMax: Int, leavingOut unreadable: UnreadableRows
    ) throws -> JobPage {
        var page = JobPage(jobs: [], bytes: 0, rest: nil)
        var next: JobRange? = range
        let rowsMax = max(limit, 1) + 1
        while let part = next {
            let (sql, values) = selection(of: schedule, in: part, onlyEnabled: onlyEnabled)
            let rows = try database.rows(sql + " LIMIT \(rowsMax)", values)
            next = nil
            for (index, row) in rows.enumerated() {
                let bytes = row.byteCount(2)
                let isFull = !page.jobs.isEmpty && (page.jobs.count >= limit || page.bytes + bytes > bytesMax)
                // Rows that can't be read make no page full: more are looked at, from the last one on.
                if isFull || index == rowsMax - 1 {
                    let rest = JobRange(from: try key(of: row), to: range.to)
                    if isFull { page.rest = rest } else { next = rest }
                    break
                }
                guard let stored = try unreadable.value({ try read(row) }) else { continue }
                page.jobs.append(stored)
                page.bytes += bytes
            }
        }
        return page
    }

    /// The statement that reads a range, with the id as its last column.
    static func selection(
        of schedule: ScheduleKey, in range: JobRange, onlyEnabled: Bool
    ) -> (sql: String, [PostgresValue]) {
        var sql = """
            SELECT \(columns), id FROM job
            WHERE deleted_ms IS NULL\(onlyEnabled ? " AND enabled" : "")
                AND expression = ? AND time_zone = ? AND dst = ?
            """
        var values = PostgresValue.key(schedule)
        for (bound, comparison) in [(range.from, ">="), (range.to, "<")] {
            guard let bound else { continue }
            sql += " AND (service, id) \(comparison) (?, ?)"
            values += [.text(bound.service), .id(bound.id)]
        }
        return (SQLConditions.numbering(sql + " ORDER BY service, id"), values)
    }

    /// The place of a row in the order of `selection`.
    private static func key(of row: PostgresRow) throws -> JobRange.Key {
        var column = ColumnReader(row, from: 6)
        return JobRange.Key(service: try row.value(0), id: try column.identifier())
    }

    /// The job of that name, unless it was deleted. Throws `UnreadableRow`.
    static func find(_ name: JobName, in database: PostgresDatabase) throws -> StoredJob? {
        try database.rows(
            select + "WHERE service = $1 AND name = $2 AND deleted_ms IS NULL", [.text(name.service), .text(name.job)]
        ).first.map(read)
    }

    /// What is on record under names. A row that can't be read is noted.
    static func before(
        _ names: Set<JobName>, in database: PostgresDatabase, leavingOut unreadable: UnreadableRows
    ) throws -> [JobName: JobBefore] {
        let names = Array(names)
        var before = Dictionary(uniqueKeysWithValues: names.map { ($0, JobBefore(nil)) })
        let rows = try database.rows(
            """
            SELECT \(columns) FROM unnest($1::text[], $2::text[]) AS asked (asked_service, asked_name)
                JOIN job ON service = asked_service AND name = asked_name
            WHERE deleted_ms IS NULL
            """, [.texts(names.map(\.service)), .texts(names.map(\.job))])
        for row in rows {
            let stored = try unreadable.value { try read(row) }
            before[try name(of: row)] = try stored.map { JobBefore($0) } ?? JobBefore(unreadableSince: row.value(4))
        }
        return before
    }
}
