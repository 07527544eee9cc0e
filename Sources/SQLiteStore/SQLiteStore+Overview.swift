import GRDB
public import JobCore
public import Store

/// What is counted for an operator. Every count reads one index, and none of them the history.
extension SQLiteStore {
    public func overview(at instant: Instant) async throws(StoreError) -> StoreOverview {
        try await read { database in
            var overview = StoreOverview()
            (overview.jobs, overview.disabledJobs) = try Self.pair(Self.countJobs, in: database)
            overview.pausedJobs =
                try Int.fetchOne(
                    database,
                    sql: """
                        SELECT count(*) FROM job
                        WHERE deleted_ms IS NULL AND seq IN (\(PauseRow.selectJobs(at: instant)))
                        """) ?? 0
            let (open, oldest) = try Self.pair(Self.countOpen, in: database)
            overview.pending = try Int.fetchOne(database, sql: Self.countPending) ?? 0
            // An execution has a row there from its first heartbeat to its end.
            overview.processing = try Int.fetchOne(database, sql: "SELECT count(*) FROM heartbeat") ?? 0
            overview.invoked = max(0, open - overview.pending - overview.processing)
            overview.oldestOpenAt = try Self.instant(
                "SELECT created_ms FROM execution WHERE seq = ?", [oldest], in: database)
            overview.earliestDueAt = try Self.instant(Self.earliestDue, in: database)
            overview.newestOccurrence = try Self.instant("SELECT value_ms FROM newest_occurrence", in: database)
            overview.lines = try ReportLine.allCases.map { try LineProgressRow.find($0, in: database) }
            return overview
        }
    }

    static let countJobs = """
        SELECT count(*), coalesce(sum(NOT enabled), 0) FROM job INDEXED BY job_by_schedule WHERE deleted_ms IS NULL
        """

    /// `seq` grows with every execution that is created, so the lowest is the oldest.
    static let countOpen = """
        SELECT count(*), coalesce(min(seq), 0) FROM execution INDEXED BY execution_by_deadline
        WHERE deadline_ms IS NOT NULL
        """

    static let countPending = "SELECT count(*) FROM execution INDEXED BY execution_by_due WHERE status = 0"

    /// Among the executions that `undelivered` finds, too. A buffered one is due at the end of time.
    static let earliestDue = """
        SELECT e.attempt_due_ms FROM execution e INDEXED BY execution_by_due JOIN job j ON j.seq = e.job
        WHERE e.status = 0 AND j.deleted_ms IS NULL AND e.trigger_code <> 4 AND NOT (\(BufferedRuns.condition))
        ORDER BY e.attempt_due_ms LIMIT 1
        """

    private static func pair(_ sql: String, in database: Database) throws -> (Int, Int) {
        let row = try Row.fetchOne(try database.cachedStatement(sql: sql))
        return row.map { ($0[0], $0[1]) } ?? (0, 0)
    }

    private static func instant(
        _ sql: String, _ arguments: StatementArguments = [], in database: Database
    ) throws -> Instant? {
        try Int64.fetchOne(try database.cachedStatement(sql: sql), arguments: arguments)
            .flatMap(Instant.init(readable:))
    }

    public func services(
        named service: String?, after: String?, limit: Int, at instant: Instant
    ) async throws(StoreError) -> ListedPage<ServiceSummary> {
        try await read { database in
            let paused = try Dictionary(
                uniqueKeysWithValues: Row.fetchAll(database, sql: Self.pausedJobsOfServices(at: instant)).map {
                    ($0[0] as String, $0[1] as Int)
                })
            let statement = try database.cachedStatement(sql: Self.jobsOfServices(service != nil))
            let arguments: [DatabaseValue] =
                if let service { [service.databaseValue] } else {
                    [(after ?? "").databaseValue, (limit + 1).databaseValue]
                }
            let rows = try Row.fetchCursor(statement, arguments: StatementArguments(arguments))
            var listed = ListedPage<ServiceSummary>(items: [], hasMore: false)
            while let row = try rows.next() {
                if listed.items.count == limit {
                    listed.hasMore = true
                    break
                }
                let name: String = row[0]
                listed.items.append(
                    ServiceSummary(service: name, jobs: row[1], disabledJobs: row[2], pausedJobs: paused[name] ?? 0))
            }
            return listed
        }
    }

    private static func pausedJobsOfServices(at instant: Instant) -> String {
        """
        SELECT service, count(*) FROM job
        WHERE deleted_ms IS NULL AND seq IN (\(PauseRow.selectJobs(at: instant))) GROUP BY service
        """
    }

    /// In the order of the index `job_listed`, so a page reads the jobs of its own services alone. No
    /// name is empty.
    static func jobsOfServices(_ isOne: Bool) -> String {
        """
        SELECT service, count(*), sum(NOT enabled) FROM job WHERE deleted_ms IS NULL AND service \(isOne ? "=" : ">") ?
        GROUP BY service ORDER BY service \(isOne ? "" : "LIMIT ?")
        """
    }

    public func schedules(
        service: String?, after: ScheduleKey?, limit: Int
    ) async throws(StoreError) -> ListedPage<ScheduleSummary> {
        try await read { database in
            let statement = try database.cachedStatement(sql: Self.jobsOfSchedules(service != nil))
            let texts = [after?.expression ?? "", after?.timeZone ?? "", after?.dst.description ?? "", service]
            // No LIMIT: schedules that are left out do not count.
            let rows = try Row.fetchCursor(
                statement, arguments: StatementArguments(texts.compactMap { $0?.databaseValue }))
            var listed = ListedPage<ScheduleSummary>(items: [], hasMore: false)
            while let row = try rows.next() {
                guard let dst = DSTPolicy(row[2] as String) else { continue }
                if listed.items.count == limit {
                    listed.hasMore = true
                    break
                }
                let key = ScheduleKey(row[0], timeZone: row[1], dst: dst)
                listed.items.append(ScheduleSummary(key: key, jobs: row[3], disabledJobs: row[4]))
            }
            return listed
        }
    }

    /// Reads the index `job_by_schedule` alone, from the page's first schedule on.
    static func jobsOfSchedules(_ isOfOneService: Bool) -> String {
        """
        SELECT expression, time_zone, dst, count(*), sum(NOT enabled) FROM job INDEXED BY job_by_schedule
        WHERE deleted_ms IS NULL AND (expression, time_zone, dst) > (?, ?, ?)\(isOfOneService ? " AND service = ?" : "")
        GROUP BY expression, time_zone, dst ORDER BY expression, time_zone, dst
        """
    }
}
