public import JobCore
import PostgreSQL
public import Store

/// What is counted for an operator. Nothing here reads the history.
extension PostgresStore {
    public func overview(at instant: Instant) async throws(StoreError) -> StoreOverview {
        try await snapshot { database in
            let queries = [
                Self.countJobs, Self.countOpen, Self.countRunning, Self.earliestDue,
                "SELECT max(value_ms) FROM newest_occurrence",
            ]
            let answers = try database.rows(of: queries.map { (sql: $0, values: []) })
            var overview = StoreOverview()
            var jobs = ColumnReader(answers[0][0])
            (overview.jobs, overview.disabledJobs) = (try jobs.next(), try jobs.next())
            overview.pausedJobs = try database.rowsOnce(
                """
                SELECT count(*) FROM job
                WHERE deleted_ms IS NULL AND seq IN (\(PauseRow.selectJobs(at: instant)))
                """)[0].value(0)
            let open: Int = try answers[1][0].value(0)
            overview.pending = try answers[1][0].value(1)
            overview.oldestOpenAt = try Self.instant(answers[1], column: 2)
            // An execution has a row there from its first heartbeat to its end.
            overview.processing = try answers[2][0].value(0)
            overview.invoked = max(0, open - overview.pending - overview.processing)
            overview.earliestDueAt = try Self.instant(answers[3])
            overview.newestOccurrence = try Self.instant(answers[4])
            overview.lines = try LineProgressRow.all(in: database)
            return overview
        }
    }

    static let countJobs = """
        SELECT count(*), count(*) FILTER (WHERE NOT enabled) FROM job WHERE deleted_ms IS NULL
        """

    static let countOpen = """
        SELECT count(*), count(*) FILTER (WHERE status = 0), min(created_ms) FROM execution_open
        """

    static let countRunning = "SELECT count(*) FROM heartbeat"

    /// Among the executions that `undelivered` finds, too. A buffered one is due at the end of time.
    static let earliestDue = """
        SELECT e.attempt_due_ms FROM execution_open e JOIN job j ON j.seq = e.job
        WHERE e.status = 0 AND j.deleted_ms IS NULL AND e.trigger_code <> 4
            AND NOT (e.exclusive AND e.open_exclusive_job IS NULL)
        ORDER BY e.attempt_due_ms LIMIT 1
        """

    private static func instant(_ rows: PostgresRows, column: Int = 0) throws -> Instant? {
        let milliseconds: Int64? = try rows.first?.value(column, as: Int64?.self) ?? nil
        return milliseconds.flatMap(Instant.init(readable:))
    }

    public func services(
        named service: String?, after: String?, limit: Int, at instant: Instant
    ) async throws(StoreError) -> ListedPage<ServiceSummary> {
        try await snapshot { database in
            var paused: [String: Int] = [:]
            for row in try database.rowsOnce(Self.pausedJobsOfServices(at: instant)) {
                paused[try row.value(0)] = try row.value(1, as: Int.self)
            }
            let values: [PostgresValue] =
                if let service { [.text(service)] } else { [.text(after ?? ""), .count(limit + 1)] }
            var listed = ListedPage<ServiceSummary>(items: [], hasMore: false)
            for row in try database.rows(Self.jobsOfServices(service != nil), values) {
                if listed.items.count == limit {
                    listed.hasMore = true
                    break
                }
                let name: String = try row.value(0)
                listed.items.append(
                    ServiceSummary(
                        service: name, jobs: try row.value(1), disabledJobs: try row.value(2),
                        pausedJobs: paused[name] ?? 0))
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
        SELECT service, count(*), count(*) FILTER (WHERE NOT enabled) FROM job
        WHERE deleted_ms IS NULL AND service \(isOne ? "=" : ">") $1
        GROUP BY service ORDER BY service \(isOne ? "" : "LIMIT $2")
        """
    }

    public func schedules(
        service: String?, after: ScheduleKey?, limit: Int
    ) async throws(StoreError) -> ListedPage<ScheduleSummary> {
        try await read { database in
            let sql = Self.jobsOfSchedules(service != nil)
            var listed = ListedPage<ScheduleSummary>(items: [], hasMore: false)
            var last = [after?.expression ?? "", after?.timeZone ?? "", after?.dst.description ?? ""]
            var isEnd = false
            // Schedules that are left out do not count: then more are read.
            while !isEnd {
                let rows = try database.rows(
                    sql, last.map { .text($0) } + [.count(limit + 1)] + (service.map { [.text($0)] } ?? []))
                isEnd = rows.count <= limit
                for row in rows {
                    last = [try row.value(0), try row.value(1), try row.value(2)]
                    guard let dst = DSTPolicy(last[2]) else { continue }
                    if listed.items.count == limit {
                        listed.hasMore = true
                        return listed
                    }
                    let key = ScheduleKey(last[0], timeZone: last[1], dst: dst)
                    listed.items.append(
                        ScheduleSummary(key: key, jobs: try row.value(3), disabledJobs: try row.value(4)))
                }
            }
            return listed
        }
    }

    /// Reads the index `job_by_schedule` alone, from the page's first schedule on.
    static func jobsOfSchedules(_ isOfOneService: Bool) -> String {
        """
        SELECT expression, time_zone, dst, count(*), count(*) FILTER (WHERE NOT enabled) FROM job
        WHERE deleted_ms IS NULL AND (expression, time_zone, dst) > ($1, $2, $3)
            \(isOfOneService ? "AND service = $5" : "")
        GROUP BY expression, time_zone, dst ORDER BY expression, time_zone, dst LIMIT $4
        """
    }
}
