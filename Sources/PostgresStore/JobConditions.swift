import JobCore
import PostgreSQL
import Store

/// The conditions of a `JobFilter`, on a row of the table `job` that is called `j`.
struct JobConditions {
    private let filter: JobFilter
    /// To add a condition of the filter, add it here: every search for jobs and for their executions then has it.
    ///
    /// `IS TRUE` and `OFFSET 0` keep the server from an index or a join for a condition: it is checked on each row, in
    /// the order of the search. What leads to the jobs is chosen by `rows`.
    let conditions: SQLConditions

    init(_ filter: JobFilter) {
        self.filter = filter
        var conditions = SQLConditions()
        if let names = filter.names.flatMap(NameLists.init) { conditions.add(names.condition, names.values) }
        if let ids = filter.ids { conditions.add("(j.id = ANY (?::uuid[])) IS TRUE", [.ids(ids)]) }
        if let tag = filter.tag {
            conditions.add("EXISTS (SELECT 1 FROM job_tag WHERE tag = ? AND job = j.seq OFFSET 0)", [.text(tag)])
        }
        if let owner = filter.owner { conditions.add("(j.owner = ?) IS TRUE", [.text(owner)]) }
        if let isEnabled = filter.isEnabled { conditions.add("(j.enabled = ?) IS TRUE", [.flag(isEnabled)]) }
        if let pause = filter.pause {
            let jobs = PauseRow.selectJobs(at: pause.instant)
            conditions.add("(j.seq IN (\(jobs))) IS \(pause.isPaused ? "" : "NOT ")TRUE")
        }
        self.conditions = conditions
    }

    /// The patterns of names: a list for each form.
    private struct NameLists {
        private var pairs: [JobName] = []
        private var services: [String] = []
        private var jobs: [String] = []

        /// Nil if every name matches.
        init?(_ names: [JobNamePattern]) {
            guard !names.contains(JobNamePattern()) else { return nil }
            for name in names {
                switch (name.service, name.job) {
                case (let service?, let job?): pairs.append(JobName(service: service, job: job))
                case (let service?, nil): services.append(service)
                case (nil, let job?): jobs.append(job)
                case (nil, nil): break
                }
            }
        }

        /// On a row `j`.
        var condition: String {
            """
            ((j.service, j.name) IN (SELECT * FROM unnest(?::text[], ?::text[]))
                OR j.service = ANY (?::text[]) OR j.name = ANY (?::text[])) IS TRUE
            """
        }

        /// The numbers of the jobs, some of them twice. Each list has its index.
        static let select = """
            SELECT j.seq FROM unnest(?::text[], ?::text[]) AS listed (service, name)
                JOIN job j ON j.service = listed.service AND j.name = listed.name
            UNION ALL
            SELECT seq FROM job WHERE service = ANY (?::text[])
            UNION ALL
            SELECT seq FROM job WHERE name = ANY (?::text[])
            """

        var values: [PostgresValue] {
            [.texts(pairs.map(\.service)), .texts(pairs.map(\.job)), .texts(services), .texts(jobs)]
        }
    }

    /// True for every job.
    var isEmpty: Bool { conditions.isEmpty }

    /// The one service of which every job that matches is, if the filter names one.
    var onlyService: String? {
        guard let names = filter.names, let service = names.first?.service else { return nil }
        return names.allSatisfy { $0.service == service } ? service : nil
    }

    /// Selects the numbers of the jobs which meet a part of the conditions, by an index.
    private typealias Access = (select: String, values: [PostgresValue])

    private var accesses: [Access] {
        var accesses: [Access] = []
        if let ids = filter.ids { accesses.append(("SELECT seq FROM job WHERE id = ANY (?::uuid[])", [.ids(ids)])) }
        if let names = filter.names.flatMap(NameLists.init) { accesses.append((NameLists.select, names.values)) }
        if let owner = filter.owner { accesses.append(("SELECT seq FROM job WHERE owner = ?", [.text(owner)])) }
        if let tag = filter.tag { accesses.append(("SELECT job FROM job_tag WHERE tag = ?", [.text(tag)])) }
        return accesses
    }

    /// Some columns of all jobs that match, in no order. Nil if no index leads to fewer than `max` jobs.
    func rows(
        _ columns: String, where more: SQLConditions = SQLConditions(), max: Int, in database: PostgresDatabase
    ) throws -> PostgresRows? {
        for access in accesses {
            let found = try database.rows(
                SQLConditions.numbering("\(access.select) LIMIT \(max + 1)"), access.values)
            guard found.count <= max else { continue }
            var all = SQLConditions()
            all.add("j.seq = ANY (?::bigint[])", [.integers(try found.map { try $0.value(0) })])
            all.add(conditions)
            all.add(more)
            return try database.rowsOnce(
                SQLConditions.numbering("SELECT \(columns) FROM job j WHERE \(all.text)"), all.values)
        }
        return nil
    }

    /// The numbers of the jobs that match, deleted ones among them; nil if there may be more than `max`.
    func jobs(max: Int, in database: PostgresDatabase) throws -> [Int64]? {
        try rows("j.seq", max: max, in: database)?.map { try $0.value(0) }
    }

    /// The condition that the job of an execution `e` matches.
    var ofExecution: SQLConditions {
        var condition = SQLConditions()
        guard !isEmpty else { return condition }
        condition.add(
            "EXISTS (SELECT 1 FROM job j WHERE j.seq = e.job AND \(conditions.text) OFFSET 0)", conditions.values)
        return condition
    }
}
