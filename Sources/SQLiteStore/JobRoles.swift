internal import FoundationEssentials
internal import GRDB
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
            return try Array(
                rows.map { row in
                    var column = ColumnReader(row)
                    let key = ScheduleKey(
                        try column.next(), timeZone: try column.next(),
                        dst: DSTPolicy(try column.next()) ?? .default)
                    return DistinctSchedule(
                        key: key, jobCount: try column.next(), earliestEffectiveAfter: try column.instant(),
                        latestEffectiveAfter: try column.instant())
                })
        }
    }

    public func newestOccurrence() async throws(StoreError) -> Instant? {
        try await read { database in
            try Int64.fetchOne(database, sql: "SELECT value_ms FROM newest_occurrence")
                .map(Instant.init(millisecondsSinceEpoch:))
        }
    }
}

extension SQLiteStore {
    /// A job's slot is the beginning of its id, so a shard is a range of ids, and the index holds it in order.
    public func jobs(
        with schedule: ScheduleKey, in shard: Shard, after: JobID?, limit: Int
    ) async throws(StoreError) -> [StoredJob] {
        try await read { database in
            try JobRow.fetchAll(
                database,
                sql: JobRow.select + """
                    WHERE deleted_ms IS NULL AND expression = ? AND time_zone = ? AND dst = ?
                        AND id >= ? AND id < ? AND id > ? ORDER BY id LIMIT ?
                    """,
                [
                    schedule.expression.databaseValue, schedule.timeZone.databaseValue,
                    schedule.dst.description.databaseValue, Self.idBound(shard.slots.lowerBound),
                    Self.idBound(shard.slots.upperBound), after?.databaseValue ?? Data().databaseValue,
                    limit.databaseValue,
                ])
        }
    }

    /// Sorts before every id of this slot and after those of the slots before it.
    private static func idBound(_ slot: Int) -> DatabaseValue {
        let bytes =
            slot < Shard.slotCount
            ? [UInt8(slot >> 8), UInt8(slot & 0xFF)] : [UInt8](repeating: 0xFF, count: 17)
        return Data(bytes).databaseValue
    }

    public func job(named name: JobName) async throws(StoreError) -> StoredJob? {
        try await read { try JobRow.find(name, in: $0) }
    }

    public func jobs(service: String?, after: JobName?, limit: Int) async throws(StoreError) -> [StoredJob] {
        try await read { database in
            let first = ("", "")
            let (afterService, afterJob) = after.map { ($0.service, $0.job) } ?? first
            let condition = service == nil ? "" : "AND service = ?4 "
            let arguments: [DatabaseValue] =
                [afterService.databaseValue, afterJob.databaseValue, limit.databaseValue]
                + (service.map { [$0.databaseValue] } ?? [])
            return try JobRow.fetchAll(
                database,
                sql: JobRow.select + "WHERE deleted_ms IS NULL AND (service, name) > (?1, ?2) " + condition
                    + "ORDER BY service, name LIMIT ?3",
                StatementArguments(arguments))
        }
    }

    public func put(_ jobs: [Job], now: Instant) async throws(StoreError) -> [PutJob] {
        guard !jobs.isEmpty else { return [] }
        return try await write { database in
            try JobRow.countChange(in: database)
            return try jobs.map { job in
                let before = try JobRow.find(job.name, in: database)
                let stored =
                    before?.replaced(by: job, now: now)
                    ?? StoredJob(job: job, effectiveAfter: now, createdAt: now, updatedAt: now)
                try JobRow.write(stored, to: database)
                if job.isExclusive, before?.job.isExclusive != true {
                    try JobRow.lockOpenExecution(of: job.name, in: database)
                }
                return PutJob(stored: stored, isNew: before == nil)
            }
        }
    }

    public func deleteJob(named name: JobName, now: Instant) async throws(StoreError) -> Bool {
        try await write { database in
            try database.execute(
                sql: """
                    UPDATE job SET deleted_ms = ?1, updated_ms = ?1
                    WHERE service = ?2 AND name = ?3 AND deleted_ms IS NULL
                    """,
                arguments: [now.databaseValue, name.service.databaseValue, name.job.databaseValue])
            guard database.changesCount == 1 else { return false }
            try JobRow.countChange(in: database)
            return true
        }
    }
}
