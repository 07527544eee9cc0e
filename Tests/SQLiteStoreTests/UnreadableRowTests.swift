import GRDB
import JobCore
import Store
import Testing

@testable import SQLiteStore

/// A value that can't be read never passes as another one: the call fails, and its error names the row.
@Suite struct UnreadableRowTests {
    @Test(arguments: ["status = 9", "reason = 99", "attempts = '{'", "retry_of = x'00'"])
    func `a damaged execution is unusable, and the error names it`(damage: String) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        let execution = sampleExecution()
        _ = try await store.create([execution], now: execution.createdAt)
        try await store.write { database in
            try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
            try database.execute(sql: "UPDATE execution SET " + damage)
        }
        let errors = [
            await #expect(throws: StoreError.self) { _ = try await store.execution(execution.id) },
            await #expect(throws: StoreError.self) { _ = try await store.recorded([execution.id]) },
            await #expect(throws: StoreError.self) {
                try await store.update([execution.id], of: ReportShard(of: execution.id)) { _, progress in
                    ReportDecision(changes: [], progress: progress, answer: ())
                }
            },
            await #expect(throws: StoreError.self) { _ = try await store.executions(ExecutionQuery()) },
        ]
        for error in errors {
            let error = try #require(error)
            #expect(error.isUnusable)
            #expect(error.description.contains("the execution \(execution.id) can't be read"), "\(error)")
        }
    }

    @Test func `a damaged job is unusable, and the error names it`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        let name = JobName(service: "billing", job: "invoices")
        let target = InvocationTarget(kind: .http, address: "https://example.com/")
        let job = Job(name: name, target: target, schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)
        _ = try await store.put([job], now: Instant(secondsSinceEpoch: 0))
        try await store.write { try $0.execute(sql: "UPDATE job SET document = '{}'") }
        let error = try #require(await #expect(throws: StoreError.self) { _ = try await store.job(named: name) })
        #expect(error.isUnusable)
        #expect(error.description.contains("the job billing/invoices can't be read"), "\(error)")
    }

    /// One row must not blind the ticker to all other schedules.
    @Test func `a job with an unknown DST policy hides no other schedule`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        for (name, expression) in [("a", "rate(1 minute)"), ("b", "rate(2 minutes)")] {
            let target = InvocationTarget(kind: .http, address: "https://example.com/")
            let job = Job(
                name: JobName(service: "billing", job: name), target: target, schedule: ScheduleKey(expression),
                ttlSeconds: 60)
            _ = try await store.put([job], now: Instant(secondsSinceEpoch: 0))
        }
        try await store.write { try $0.execute(sql: "UPDATE job SET dst = 'sometimes' WHERE name = 'a'") }
        #expect(try await store.distinctSchedules().contains { $0.key == ScheduleKey("rate(2 minutes)") })
    }

    @Test func `a damaged API key is unusable, and the error names it`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        let key = APIKey(name: "ops", scope: .admin, createdAt: Instant(secondsSinceEpoch: 0))
        _ = try await store.add(key, secretHash: [1])
        try await store.write { try $0.execute(sql: "UPDATE api_key SET scope = 'everything'") }
        let error = try #require(await #expect(throws: StoreError.self) { _ = try await store.apiKeys() })
        #expect(error.isUnusable)
        #expect(error.description.contains("the API key ops can't be read: “everything” is not a scope"), "\(error)")
    }
}
