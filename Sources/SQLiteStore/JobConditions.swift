import GRDB
import JSON
import JobCore
import Store

/// The conditions of a `JobFilter`, on a row of the table `job` that is called `j`.
struct JobConditions {
    private let filter: JobFilter
    /// To add a condition of the filter, add it here: every search for jobs and for their executions then has it.
    let conditions: SQLConditions

    init(_ filter: JobFilter) {
        self.filter = filter
        var conditions = SQLConditions()
        // The sign keeps SQLite from the index of the names: it would have to sort what it finds there.
        if let names = filter.names { conditions.add(Self.names(names, service: "+j.service", job: "+j.name")) }
        if let ids = filter.ids { conditions.add(Self.ids(ids)) }
        if let tag = filter.tag {
            conditions.add(
                "EXISTS (SELECT 1 FROM job_tag WHERE tag = ? AND job = j.seq)", [tag.databaseValue])
        }
        if let owner = filter.owner { conditions.add("j.owner = ?", [owner.databaseValue]) }
        if let isEnabled = filter.isEnabled { conditions.add("j.enabled = ?", [isEnabled.databaseValue]) }
        if let pause = filter.pause {
            conditions.add("j.seq \(pause.isPaused ? "" : "NOT") IN (\(PauseRow.selectJobs(at: pause.instant)))")
        }
        self.conditions = conditions
    }

    /// One list for each form of a pattern: SQLite takes far longer to plan a long chain of `OR`, and looks up pairs in
    /// an index only if they come from a table.
    private static func names(_ names: [JobNamePattern], service: String, job: String) -> SQLConditions {
        guard !names.contains(JobNamePattern()) else { return SQLConditions() }
        var (pairs, services, jobs): ([JSONValue], [JSONValue], [JSONValue]) = ([], [], [])
        for name in names {
            switch (name.service, name.job) {
            case (let service?, let job?): pairs.append(.array([.string(service), .string(job)]))
            case (let service?, nil): services.append(.string(service))
            case (nil, let job?): jobs.append(.string(job))
            case (nil, nil): break
            }
        }
        let pair = "json_extract(value, '$[0]'), json_extract(value, '$[1]')"
        let lists = [
            (condition: "(\(service), \(job)) IN (SELECT \(pair) FROM json_each(?))", values: pairs),
            (condition: "\(service) IN (SELECT value FROM json_each(?))", values: services),
            (condition: "\(job) IN (SELECT value FROM json_each(?))", values: jobs),
        ].filter { !$0.values.isEmpty }
        var conditions = SQLConditions()
        conditions.add(
            lists.isEmpty ? "0" : "(\(lists.map(\.condition).joined(separator: " OR ")))",
            lists.map { JSONValue.array($0.values).text.databaseValue })
        return conditions
    }

    private static func ids(_ ids: [JobID]) -> SQLConditions {
        var conditions = SQLConditions()
        let places = Array(repeating: "?", count: ids.count).joined(separator: ", ")
        conditions.add("j.id IN (\(places))", ids.map(\.databaseValue))
        return conditions
    }

    /// True for every job.
    var isEmpty: Bool { conditions.isEmpty }

    /// The one service of which every job that matches is, if the filter names one.
    var onlyService: String? {
        guard let names = filter.names, let service = names.first?.service else { return nil }
        return names.allSatisfy { $0.service == service } ? service : nil
    }

    /// An index that leads to the jobs which meet a part of the conditions.
    private struct Access {
        var counted: String
        var joined: String
        var condition = SQLConditions()

        init(_ counted: String, joined: String? = nil, _ condition: SQLConditions) {
            self.counted = counted
            self.joined = joined ?? counted
            self.condition.add(condition)
        }
    }

    private var accesses: [Access] {
        var accesses: [Access] = []
        var named = SQLConditions()
        if let names = filter.names { named.add(Self.names(names, service: "j.service", job: "j.name")) }
        if let ids = filter.ids { named.add(Self.ids(ids)) }
        if !named.isEmpty { accesses.append(Access("job j", named)) }
        if let owner = filter.owner {
            var condition = SQLConditions()
            condition.add("j.owner = ?", [owner.databaseValue])
            accesses.append(Access("job j INDEXED BY job_by_owner", condition))
        }
        if let tag = filter.tag {
            var condition = SQLConditions()
            condition.add("d.tag = ?", [tag.databaseValue])
            let joined = "job_tag d CROSS JOIN job j ON j.seq = d.job"
            accesses.append(Access("job_tag d", joined: joined, condition))
        }
        return accesses
    }

    /// Some columns of all jobs that match, in no order. Nil if no index leads to fewer than `max` jobs.
    func rows(
        _ columns: String, where more: SQLConditions = SQLConditions(), max: Int, in database: Database
    ) throws -> RowCursor? {
        for access in accesses {
            let count = try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM (
                        SELECT 1 FROM \(access.counted) WHERE \(access.condition.text) LIMIT \(max + 1))
                    """, arguments: access.condition.arguments)
            guard count ?? 0 <= max else { continue }
            var all = access.condition
            all.add(conditions)
            all.add(more)
            return try Row.fetchCursor(
                database, sql: "SELECT \(columns) FROM \(access.joined) WHERE \(all.text)", arguments: all.arguments)
        }
        return nil
    }

    /// The numbers of the jobs that match, deleted ones among them; nil if there may be more than `max`.
    func jobs(max: Int, in database: Database) throws -> [Int64]? {
        guard let rows = try rows("j.seq", max: max, in: database) else { return nil }
        var jobs: [Int64] = []
        while let row = try rows.next() { jobs.append(row[0]) }
        return jobs
    }

    /// The condition that the job of an execution `e` matches.
    var ofExecution: SQLConditions {
        var condition = SQLConditions()
        guard !isEmpty else { return condition }
        condition.add(
            "EXISTS (SELECT 1 FROM job j WHERE j.seq = e.job AND \(conditions.text))", conditions.values)
        return condition
    }
}
