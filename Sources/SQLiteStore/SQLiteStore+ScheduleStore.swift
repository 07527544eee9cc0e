import GRDB
public import JobCore
public import Store
import StoreRows

extension SQLiteStore: ScheduleStore {
    /// The number of revisions of the jobs of which the store remembers the schedules that changed. A ticker asks every
    /// second.
    static let rememberedRevisions: Int64 = 1_000

    public func schedules(changedSince revision: Int64?) async throws(StoreError) -> ScheduleChanges {
        try await read { database in
            let current = try Int64.fetchOne(database, sql: "SELECT value FROM jobs_revision") ?? 0
            guard let revision, (current - Self.rememberedRevisions...current).contains(revision) else {
                let all = try Row.fetchCursor(database, sql: Self.servicesOfSchedules)
                return ScheduleChanges(
                    revision: current, isComplete: true, schedules: try Self.schedulesOfServices(all))
            }
            var changes = ScheduleChanges(revision: current, isComplete: false)
            guard revision < current else { return changes }
            for key in try Self.keys(changedSince: revision, in: database) {
                let services = try database.cachedStatement(sql: Self.servicesOfSchedule)
                let rows = try Row.fetchCursor(services, arguments: StatementArguments(key.databaseValues))
                if let schedule = try Self.schedulesOfServices(rows).first {
                    changes.schedules.append(schedule)
                } else {
                    changes.removed.append(key)
                }
            }
            return changes
        }
    }

    /// Reads the index `job_by_schedule` alone, in its order.
    static let servicesOfSchedules = """
        \(services) GROUP BY expression, time_zone, dst, service ORDER BY expression, time_zone, dst, service
        """
    static let servicesOfSchedule =
        services + " AND expression = ? AND time_zone = ? AND dst = ? GROUP BY service ORDER BY service"
    private static let services = """
        SELECT expression, time_zone, dst, service, count(*), min(since_ms), max(since_ms) FROM job
        WHERE deleted_ms IS NULL AND enabled
        """
    static let changedSchedules = "SELECT expression, time_zone, dst FROM schedule_change WHERE revision > ?"

    private static func keys(changedSince revision: Int64, in database: Database) throws -> [ScheduleKey] {
        let rows = try Row.fetchCursor(try database.cachedStatement(sql: changedSchedules), arguments: [revision])
        var keys: [ScheduleKey] = []
        while let row = try rows.next() {
            var column = ColumnReader(row)
            if let key = try column.scheduleKey() { keys.append(key) }
        }
        return keys
    }

    /// The schedules of rows that are ordered by them, and by services.
    private static func schedulesOfServices(_ rows: RowCursor) throws -> [DistinctSchedule] {
        var schedules: [DistinctSchedule] = []
        // The name of a service is kept once, however many schedules it has.
        var names: Set<String> = []
        while let row = try rows.next() {
            guard let schedule = try scheduleOfOneService(row, names: &names) else { continue }
            if schedules.last?.key == schedule.key {
                schedules[schedules.count - 1].add(schedule)
            } else {
                schedules.append(schedule)
            }
        }
        return schedules
    }

    private static func scheduleOfOneService(_ row: Row, names: inout Set<String>) throws -> DistinctSchedule? {
        var column = ColumnReader(row)
        guard let key = try column.scheduleKey() else { return nil }
        let service = names.insert(try column.next()).memberAfterInsert
        return DistinctSchedule(
            key: key, services: [.init(service, try column.next())],
            earliestEffectiveAfter: try column.nearestInstant(), latestEffectiveAfter: try column.nearestInstant())
    }

    public func firstRun(of schedule: ScheduleKey, from instant: Instant) async throws(StoreError) -> Instant? {
        try await read { database in
            var first: Instant?
            // Most often the first job answers the question.
            let running = try JobRow.list(
                database,
                where: "WHERE deleted_ms IS NULL AND enabled AND expression = ? AND time_zone = ? AND dst = ?",
                StatementArguments(schedule.databaseValues), limit: 1, leavingOut: unreadable
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
