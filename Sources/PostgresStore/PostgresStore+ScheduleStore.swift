public import JobCore
import PostgreSQL
public import Store
import StoreRows

extension PostgresStore: ScheduleStore {
    /// The number of revisions of the jobs of which the store remembers the schedules that changed. A ticker asks every
    /// second.
    static let rememberedRevisions: Int64 = 1_000
    /// The jobs that a search for a first run reads at once. Most often the first one answers the question.
    private static let firstRunJobs = 50

    public func schedules(changedSince revision: Int64?) async throws(StoreError) -> ScheduleChanges {
        try await snapshot { database in
            let current: Int64 = try database.rows("SELECT value FROM jobs_revision").first?.value(0) ?? 0
            guard let revision, (current - Self.rememberedRevisions...current).contains(revision) else {
                var all = ScheduleChanges(revision: current, isComplete: true)
                try Self.add(try database.rows(Self.allSchedules), to: &all)
                return all
            }
            var changes = ScheduleChanges(revision: current, isComplete: false)
            guard revision < current else { return changes }
            try Self.add(try database.rows(Self.changedSchedules, [.integer(revision)]), to: &changes)
            return changes
        }
    }

    /// Reads the index `job_by_schedule` alone, in its order.
    static let allSchedules = """
        SELECT expression, time_zone, dst, service, count(*), min(since_ms), max(since_ms) FROM job
        WHERE deleted_ms IS NULL AND enabled
        GROUP BY expression, time_zone, dst, service ORDER BY expression, time_zone, dst, service
        """
    /// As `allSchedules`, for those that have changed. The service is null for one that no enabled job has.
    static let changedSchedules = """
        SELECT c.expression, c.time_zone, c.dst, j.service, count(j.id), min(j.since_ms), max(j.since_ms)
        FROM schedule_change c LEFT JOIN job j ON j.deleted_ms IS NULL AND j.enabled
            AND j.expression = c.expression AND j.time_zone = c.time_zone AND j.dst = c.dst
        WHERE c.revision > $1
        GROUP BY c.expression, c.time_zone, c.dst, j.service ORDER BY c.expression, c.time_zone, c.dst, j.service
        """

    /// Adds the schedules of rows that are ordered by them, and by services.
    private static func add(_ rows: PostgresRows, to changes: inout ScheduleChanges) throws {
        // The name of a service is kept once, however many schedules it has.
        var names: Set<String> = []
        for row in rows {
            var column = ColumnReader(row)
            guard let key = try column.scheduleKey() else { continue }
            guard let name = try column.next(String?.self) else {
                changes.removed.append(key)
                continue
            }
            let service = names.insert(name).memberAfterInsert
            let schedule = DistinctSchedule(
                key: key, services: [.init(service, try column.next())],
                earliestEffectiveAfter: try column.nearestInstant(), latestEffectiveAfter: try column.nearestInstant())
            if changes.schedules.last?.key == key {
                changes.schedules[changes.schedules.count - 1].add(schedule)
            } else {
                changes.schedules.append(schedule)
            }
        }
    }

    public func firstRun(of schedule: ScheduleKey, from instant: Instant) async throws(StoreError) -> Instant? {
        try await read { [unreadable] database in
            var first: Instant?
            var rest: JobRange? = .all
            while let range = rest {
                let page = try JobRow.page(
                    database, of: schedule, in: range, onlyEnabled: true, limit: Self.firstRunJobs,
                    bytesMax: Limits.pageBytesMax, leavingOut: unreadable)
                for stored in page.jobs {
                    guard let run = stored.firstRun(from: instant) else { continue }
                    if run == instant { return run }
                    first = min(first ?? run, run)
                }
                rest = page.rest
            }
            return first
        }
    }

    public func newestOccurrence() async throws(StoreError) -> Instant? {
        try await read { database in
            try database.rows("SELECT max(value_ms) FROM newest_occurrence")[0].value(0, as: Int64?.self)
                .flatMap(Instant.init(readable:))
        }
    }
}
