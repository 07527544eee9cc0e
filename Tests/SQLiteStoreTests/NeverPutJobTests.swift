import GRDB
import JobCore
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct `The row of a job that was tested and never put` {
    private static let now = Instant(secondsSinceEpoch: 1_900_000_000)
    private static let job = Job(
        name: JobName(service: "billing", job: "tried"),
        target: InvocationTarget(kind: .http, address: "https://example.com/"), schedule: ScheduleKey("rate(1 minute)"),
        ttlSeconds: 60)

    /// Records a test that was over `seconds` later.
    private static func record(_ store: SQLiteStore, endedAfter seconds: Int64) async throws {
        let end = now.adding(seconds: seconds)
        var test = Execution.test(.random(), of: job.forTest, at: now, now: now)
        test.state = .over(.missed, at: end, ttlSeconds: 60)
        _ = try await store.create([test], now: { end })
    }

    private static func rows(_ store: SQLiteStore) async throws -> Int? {
        try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM job") }
    }

    @Test func `goes with the last execution, and comes back with another test`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        for seconds in [10, 20] as [Int64] { try await Self.record(store, endedAfter: seconds) }
        #expect(try await Self.rows(store) == 1)
        #expect(try await store.removeHistory(endedBefore: Self.now.adding(seconds: 15), limit: 9) == 1)
        #expect(try await Self.rows(store) == 1, "one execution is left")
        #expect(try await store.removeHistory(endedBefore: Self.now.adding(seconds: 25), limit: 9) == 1)
        #expect(try await Self.rows(store) == 0)
        try await Self.record(store, endedAfter: 30)
        #expect(try await Self.rows(store) == 1)
    }

    @Test(arguments: [false, true]) func `stays once the job was put, also after it was deleted`(isDeleted: Bool)
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        try await Self.record(store, endedAfter: 10)
        let later = Self.now.adding(seconds: 11)
        _ = try await store.put([Self.job], now: later)
        if isDeleted { _ = try await store.deleteJob(named: Self.job.name, now: later) }
        #expect(try await store.removeHistory(endedBefore: Self.now.adding(seconds: 15), limit: 9) == 1)
        #expect(try await Self.rows(store) == 1)
        #expect((try await store.job(named: Self.job.name) == nil) == isDeleted)
    }
}
