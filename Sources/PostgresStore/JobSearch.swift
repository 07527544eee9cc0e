import JobCore
import PostgreSQL
import Store
import StoreRows

/// A search for jobs, in the order of their names. Its cost is bounded, however many jobs there are and however few of
/// them match.
struct JobSearch {
    /// Up to this many jobs are found by an index and sorted.
    static let sortedMax = 5_000
    /// Otherwise a page comes from about this many jobs in their order.
    static let examinedMax = 20_000

    private let query: JobQuery
    private let jobs: JobConditions
    private let limit: Int
    private let sortedMax: Int
    private let examinedMax: Int

    /// The bounds are for tests.
    init(_ query: JobQuery, sortedMax: Int = sortedMax, examinedMax: Int = examinedMax) {
        self.query = query
        self.sortedMax = sortedMax
        self.examinedMax = examinedMax
        jobs = JobConditions(query.filter)
        limit = max(query.limit, 1)
    }

    /// Several queries, which need one state.
    func page(in database: PostgresDatabase, leavingOut unreadable: UnreadableRows) throws -> ListedJobs {
        if let sorted = try sorted(in: database) {
            return try JobRow.listed(sorted, in: database, limit: limit, leavingOut: unreadable)
        }
        return try scanned(in: database, leavingOut: unreadable)
    }

    /// The numbers of all jobs that match and come after `query.after`, in their order; nil if there may be too many.
    private func sorted(in database: PostgresDatabase) throws -> [Int64]? {
        var after = SQLConditions()
        after.add("j.deleted_ms IS NULL")
        if let name = query.after {
            after.add("(j.service, j.name) > (?, ?)", [.text(name.service), .text(name.job)])
        }
        guard let rows = try jobs.rows("j.seq, j.service, j.name", where: after, max: sortedMax, in: database) else {
            return nil
        }
        let found: [(service: String, name: String, seq: Int64)] = try rows.map {
            (try $0.value(1), try $0.value(2), try $0.value(0))
        }
        return found.sorted { ($0.service, $0.name) < ($1.service, $1.name) }.map(\.seq)
    }

    /// Goes through the jobs in their order, as far as `examinedMax` of them.
    private func scanned(in database: PostgresDatabase, leavingOut unreadable: UnreadableRows) throws -> ListedJobs {
        let end = try end(in: database)
        var conditions = range
        if let end { conditions.add("(j.service, j.name) <= (?, ?)", [.text(end.service), .text(end.job)]) }
        conditions.add(jobs.conditions)
        let rows = try database.rowsOnce(
            SQLConditions.numbering("SELECT j.seq FROM job j WHERE \(conditions.text) ORDER BY j.service, j.name"),
            conditions.values)
        var listed = try JobRow.listed(
            try rows.map { try $0.value(0) }, in: database, limit: limit, leavingOut: unreadable)
        listed.more = listed.more ?? end
        return listed
    }

    /// The last of the jobs that a page comes from; nil if these are all.
    private func end(in database: PostgresDatabase) throws -> JobName? {
        let rows = try database.rowsOnce(
            SQLConditions.numbering(
                """
                SELECT j.service, j.name FROM job j WHERE \(range.text)
                ORDER BY j.service, j.name LIMIT 1 OFFSET \(examinedMax - 1)
                """), range.values)
        return try rows.first.map { JobName(service: try $0.value(0), job: try $0.value(1)) }
    }

    /// The jobs that come after `query.after`, of one service if the filter names only one.
    private var range: SQLConditions {
        var range = SQLConditions()
        range.add("j.deleted_ms IS NULL")
        if let service = jobs.onlyService {
            range.add("j.service = ?", [.text(service)])
            if let name = query.after, name.service >= service {
                range.add(
                    name.service == service ? "j.name > ?" : "false", name.service == service ? [.text(name.job)] : [])
            }
        } else if let name = query.after {
            range.add("(j.service, j.name) > (?, ?)", [.text(name.service), .text(name.job)])
        }
        return range
    }
}
