import Foundation
import GRDB
import JobCore
import Store
import StoreRows
import StoreConformance
import Testing

@testable import SQLiteStore

/// A store of an earlier release opens, and its rows mean what they meant.
@Suite struct SchemaTests {
    @Test func `a store of the first release is migrated: its runs get the trigger that the schedule text hid`()
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let queue = try DatabaseQueue(path: folder.file)
        try Schema.migrator.migrate(queue, upTo: "1: jobs, executions, keys")
        try await queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO job (seq, id, service, name, enabled, expression, time_zone, dst, since_ms, created_ms,
                        updated_ms, document) VALUES (1, x'00', 's', 'j', 1, 'rate(1 minute)', 'UTC', '', 0, 0, 0, '');
                    """)
            let rows = [("rate(1 minute)", false), ("run", false), ("run", true)]
            for (number, (schedule, isRetry)) in rows.enumerated() {
                try database.execute(
                    sql: """
                        INSERT INTO execution (id, job, occurrence_ms, created_ms, exclusive, schedule, status, ttl_s,
                            heartbeat_interval_s, ttl_deadline_ms, extended, attempt_due_ms, retry_of, deadline_ms)
                        VALUES (?, 1, 0, 0, 0, ?, 0, 60, 30, 60000, 0, 0, ?, 60000)
                        """, arguments: [Data([UInt8(number)]), schedule, isRetry ? Data([9]) : nil])
            }
        }
        try Schema.migrator.migrate(queue)
        let rows = try await queue.read { database in
            try Row.fetchAll(database, sql: "SELECT trigger_code, schedule FROM execution ORDER BY seq").map {
                (Trigger(code: $0["trigger_code"]), $0["schedule"] as String)
            }
        }
        #expect(rows.map(\.0) == [.schedule, .manual, .retry])
        #expect(rows.allSatisfy { $0.1 == "rate(1 minute)" })
    }

    /// A store of a build that had no CHECK yet, with one open execution that nobody would ever end.
    private static func storeWithoutCheck(in folder: TemporaryFolder) async throws {
        let queue = try DatabaseQueue(path: folder.file)
        try Schema.migrator.migrate(queue, upTo: "2: why an execution exists")
        try await queue.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA writable_schema = ON;
                    UPDATE sqlite_master SET sql = substr(sql, 1, instr(sql, 'CHECK') - 1) || 'UNIQUE (id)) STRICT'
                        WHERE name = 'execution';
                    PRAGMA writable_schema = RESET;
                    INSERT INTO job (seq, id, service, name, enabled, expression, time_zone, dst, since_ms, created_ms,
                        updated_ms, document) VALUES (1, x'00', 's', 'j', 1, 'rate(1 minute)', 'UTC', '', 0, 0, 0, '');
                    """)
            for (number, status) in [0, 1, 3].enumerated() {
                try database.execute(sql: insert, arguments: [Data([UInt8(number)]), status, nil])
            }
        }
    }

    private static let insert = """
        INSERT INTO execution (id, job, occurrence_ms, created_ms, exclusive, schedule, status, ttl_s,
            heartbeat_interval_s, ttl_deadline_ms, extended, attempt_due_ms, deadline_ms)
        VALUES (?, 1, 0, 0, 0, '', ?, 60, 30, 60000, 0, 0, ?)
        """

    @Test func `an execution without a deadline, in a store from before that was forbidden, gets its ttl's`()
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await Self.storeWithoutCheck(in: folder)
        let store = try folder.store()
        let deadlines = try await store.read { try Int64?.fetchAll($0, sql: "SELECT deadline_ms FROM execution") }
        #expect(deadlines == [60_000, 60_000, nil])
    }

    /// The reaper sees only what has a deadline, so an open execution without one would never end.
    @Test(arguments: [true, false])
    func `no store takes an open execution without a deadline, nor one that is over with one`(isNew: Bool) async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        if !isNew { try await Self.storeWithoutCheck(in: folder) }
        let store = try folder.store()
        let execution = sampleExecution()
        _ = try await store.create([execution], now: { execution.createdAt })
        for (status, deadline) in [(1, nil), (3, 60_000)] as [(Int, Int64?)] {
            let error = await #expect(throws: StoreError.self) {
                try await store.write { database in
                    try database.execute(sql: Self.insert, arguments: [Data([9]), status, deadline])
                }
            }
            #expect(error?.isUnusable == true)
        }
        for change in ["deadline_ms = NULL", "status = 3"] {
            let error = await #expect(throws: StoreError.self) {
                try await store.write { database in
                    try database.execute(
                        sql: "UPDATE execution SET \(change) WHERE id = ?", arguments: [execution.id.databaseValue])
                }
            }
            #expect(error?.isUnusable == true)
        }
    }

    /// The steps by which SQLite answers a statement.
    private static func plan(of sql: String, _ arguments: StatementArguments = [], in store: SQLiteStore) async throws
        -> String
    {
        try await store.read { database in
            // EXPLAIN does not notice that another connection has changed the schema; this does.
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM job")
            return try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)", arguments: arguments)
                .map { $0["detail"] as String }.joined(separator: "; ")
        }
    }

    @Test(arguments: [true, false])
    func `a store, also one of an earlier release, reads schedules and ranges by one index, and sorts nothing`(
        isNew: Bool
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        if !isNew { try await Self.storeWithoutCheck(in: folder) }
        let store = try folder.store()
        let schedules = try await Self.plan(of: SQLiteStore.servicesOfSchedules, in: store)
        #expect(schedules == "SCAN job USING COVERING INDEX job_by_schedule")
        let ofOne = try await Self.plan(of: SQLiteStore.servicesOfSchedule, ["rate(1 minute)", "UTC", ""], in: store)
        #expect(
            ofOne
                == "SEARCH job USING COVERING INDEX job_by_schedule (expression=? AND time_zone=? AND dst=?)")
        let changed = try await Self.plan(of: SQLiteStore.changedSchedules, [0], in: store)
        #expect(
            changed == "SEARCH schedule_change USING COVERING INDEX schedule_change_by_revision (revision>?)")
        let (from, to) = (JobRange.Key(service: "a", slot: 5), JobRange.Key(service: "b", slot: 9))
        for (range, bounds) in [
            (JobRange.all, ""), (JobRange(from: from, to: nil), " AND (service,id)>(?,?)"),
            (JobRange(from: nil, to: to), " AND (service,id)<(?,?)"),
            (JobRange(from: from, to: to), " AND (service,id)>(?,?) AND (service,id)<(?,?)"),
        ] {
            let (sql, arguments) = JobRow.selection(of: ScheduleKey("rate(1 minute)"), in: range)
            let plan = try await Self.plan(of: sql, arguments, in: store)
            #expect(
                plan == "SEARCH job USING INDEX job_by_schedule (expression=? AND time_zone=? AND dst=?\(bounds))")
        }
    }

    @Test func `the jobs of a store of an earlier release are counted and read as before`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let queue = try DatabaseQueue(path: folder.file)
        try Schema.migrator.migrate(queue, upTo: "4: the progress of each line of reports")
        try await queue.write { database in
            for service in ["b", "a"] {
                let job = Job(
                    name: JobName(service: service, job: "j"),
                    target: InvocationTarget(kind: .http, address: "https://example.com/"),
                    schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60, tags: ["old"])
                try database.execute(
                    sql: """
                        INSERT INTO job (id, service, name, enabled, expression, time_zone, dst, since_ms, created_ms,
                            updated_ms, document)
                        VALUES (?, ?, 'j', 1, 'rate(1 minute)', 'UTC', 'skip,first', 5000, 5000, 5000, ?)
                        """,
                    arguments: [
                        job.name.id.databaseValue, service.databaseValue, try JSONColumn.text(of: job).databaseValue,
                    ])
            }
        }
        let store = try folder.store()
        let services = try await store.distinctSchedules().map(\.services)
        #expect(services == [[.init("a", 1), .init("b", 1)]])
        let page = try await store.jobs(with: ScheduleKey("rate(1 minute)"), in: .all, limit: 9, bytesMax: 9_999)
        #expect(page.jobs.map(\.job.name.service) == ["a", "b"] && page.rest == nil)
        let tags = try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM job_tag WHERE tag = 'old'") }
        #expect(tags == 2)
    }

    @Test func `a store forgets which schedules changed long ago, and who asks then reads all of them`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        func put(_ name: String, _ expression: String) async throws {
            let job = Job(
                name: JobName(service: "s", job: name),
                target: InvocationTarget(kind: .http, address: "https://example.com/"),
                schedule: ScheduleKey(expression), ttlSeconds: 60)
            _ = try await store.put([job], now: Instant(secondsSinceEpoch: 0))
        }
        try await put("a", "rate(1 minute)")
        let early = try await store.schedules(changedSince: nil).revision
        try await put("b", "rate(2 minutes)")
        try await store.write {
            try $0.execute(sql: "UPDATE jobs_revision SET value = value + \(SQLiteStore.rememberedRevisions - 2)")
        }
        try await put("c", "rate(3 minutes)")
        let changes = try await store.schedules(changedSince: early)
        #expect(!changes.isComplete && changes.schedules.count == 2)
        try await put("d", "rate(4 minutes)")
        #expect(try await store.schedules(changedSince: early).isComplete)
        #expect(try await !store.schedules(changedSince: early + 1).isComplete)
        let noted = try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM schedule_change") }
        #expect(noted == 2)
    }
}
