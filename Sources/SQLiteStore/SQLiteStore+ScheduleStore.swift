import GRDB
public import JobCore
public import Store

extension SQLiteStore: ScheduleStore {
    public func jobsRevision() async throws(StoreError) -> Int64 {
        try await read { try Int64.fetchOne($0, sql: "SELECT value FROM jobs_revision") ?? 0 }
    }

    public func distinctSchedules() async throws(StoreError) -> [DistinctSchedule] {
        try await read { database in
            let rows = try Row.fetchCursor(database, sql: Self.servicesOfSchedules)
            var schedules: [DistinctSchedule] = []
            // The name of a service is kept once, however many schedules it has.
            var names: Set<String> = []
            while let row = try rows.next() {
                guard let schedule = try Self.scheduleOfOneService(row, names: &names) else { continue }
                if schedules.last?.key == schedule.key {
                    schedules[schedules.count - 1].add(schedule)
                } else {
                    schedules.append(schedule)
                }
            }
            return schedules
        }
    }

    /// Reads the index `job_by_schedule` alone, in its order.
    static let servicesOfSchedules = """
        SELECT expression, time_zone, dst, service, count(*), min(since_ms), max(since_ms) FROM job
        WHERE deleted_ms IS NULL AND enabled GROUP BY expression, time_zone, dst, service
        ORDER BY expression, time_zone, dst, service
        """

    /// Nil for an unknown DST policy: it must not hide every other schedule from the ticker, and by a policy that
    /// nobody chose nothing is run.
    private static func scheduleOfOneService(_ row: Row, names: inout Set<String>) throws -> DistinctSchedule? {
        var column = ColumnReader(row)
        let (expression, timeZone) = (try column.next(String.self), try column.next(String.self))
        guard let dst = DSTPolicy(try column.next(String.self)) else { return nil }
        let service = names.insert(try column.next()).memberAfterInsert
        return DistinctSchedule(
            key: ScheduleKey(expression, timeZone: timeZone, dst: dst),
            services: [.init(service, try column.next())],
            earliestEffectiveAfter: try column.nearestInstant(), latestEffectiveAfter: try column.nearestInstant())
    }

    public func firstRun(of schedule: ScheduleKey, from instant: Instant) async throws(StoreError) -> Instant? {
        try await read { database in
            var first: Instant?
            // Most often the first job answers the question.
            let running = try JobRow.list(
                database,
                where: "WHERE deleted_ms IS NULL AND enabled AND expression = ? AND time_zone = ? AND dst = ?",
                [
                    schedule.expression.databaseValue, schedule.timeZone.databaseValue,
                    schedule.dst.description.databaseValue,
                ], limit: 1, leavingOut: unreadable
            ) { stored in
                guard let run = stored.firstRun(from: instant) else { return false }
                first = min(first ?? run, run)
                return run == instant
            }
            return running.isEmpty ? first : instant
        }
    }

    public func newestOccurrence() async throws(StoreError) -> Instant? {
        try await read { database in
            try Int64.fetchOne(database, sql: "SELECT value_ms FROM newest_occurrence")
                .flatMap(Instant.init(readable:))
        }
    }
}

extension DistinctSchedule {
    /// Adds the jobs of another service.
    fileprivate mutating func add(_ other: DistinctSchedule) {
        services += other.services
        earliestEffectiveAfter = min(earliestEffectiveAfter, other.earliestEffectiveAfter)
        latestEffectiveAfter = max(latestEffectiveAfter, other.latestEffectiveAfter)
    }
}
