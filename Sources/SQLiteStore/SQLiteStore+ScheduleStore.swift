import GRDB
public import JobCore
public import Store

extension SQLiteStore: ScheduleStore {
    public func jobsRevision() async throws(StoreError) -> Int64 {
        try await read { try Int64.fetchOne($0, sql: "SELECT value FROM jobs_revision") ?? 0 }
    }

    public func distinctSchedules() async throws(StoreError) -> [DistinctSchedule] {
        try await read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT expression, time_zone, dst, count(*), min(since_ms), max(since_ms) FROM job
                    WHERE deleted_ms IS NULL AND enabled GROUP BY expression, time_zone, dst
                    """)
            return try Array(rows.map(Self.distinctSchedule))
        }
    }

    private static func distinctSchedule(_ row: Row) throws -> DistinctSchedule {
        var column = ColumnReader(row)
        let (expression, timeZone) = (try column.next(String.self), try column.next(String.self))
        // An unknown policy must not hide every other schedule from the ticker. The dispatcher finds no job with this
        // key, so nothing is run by a policy that nobody chose.
        let dst = DSTPolicy(try column.next(String.self)) ?? .default
        return DistinctSchedule(
            key: ScheduleKey(expression, timeZone: timeZone, dst: dst), jobCount: try column.next(),
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
