import GRDB
import InMemoryLogging
import JobCore
import Logging
import Store
import StoreRows
import StoreConformance
import Testing

@testable import SQLiteStore

/// A row that can't be read costs itself only: lists and batches leave it out and name it in the log, and a call for
/// this very row fails.
@Suite struct UnreadableRowTests {
    private static let start = Instant(secondsSinceEpoch: 1_900_000_000)
    private static let minutely = ScheduleKey("rate(1 minute)")

    private static func job(_ name: String, isExclusive: Bool = false) -> Job {
        Job(
            name: JobName(service: "billing", job: name), isExclusive: isExclusive,
            target: InvocationTarget(kind: .http, address: "https://example.com/"), schedule: minutely, ttlSeconds: 60)
    }

    /// Three jobs, of which `b` can't be read.
    private static func storeOfJobs(
        in folder: TemporaryFolder, damage: String = "document = '{}'"
    ) async throws -> SQLiteStore {
        let store = try folder.store()
        _ = try await store.put(["a", "b", "c"].map { job($0) }, now: start)
        try await store.write { try $0.execute(sql: "UPDATE job SET \(damage) WHERE name = 'b'") }
        return store
    }

    private static func names(_ jobs: [StoredJob]) -> [String] { jobs.map(\.job.name.job).sorted() }

    @Test(arguments: [
        "document = '{}'",
        "document = replace(document, '\"ttlSeconds\"', '\"startAt\":-62135596800000,\"ttlSeconds\"')",
        "document = ''", "document = replace(document, 'billing/b', 'billing/c')", "since_ms = -1",
        "created_ms = 9223372036854775807",
    ])
    func `a list of jobs leaves out a job that can't be read, and has as many others as asked for`(damage: String)
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await Self.storeOfJobs(in: folder, damage: damage)
        #expect(Self.names(try await store.jobs(service: nil, after: nil, limit: 2).jobs) == ["a", "c"])
        #expect(Self.names(try await store.jobs(service: "billing", after: nil, limit: 100).jobs) == ["a", "c"])
        let due = try await store.jobs(with: Self.minutely, in: .all, limit: 2, bytesMax: 1 << 20)
        #expect(Self.names(due.jobs) == ["a", "c"])
        let error = try #require(
            await #expect(throws: StoreError.self) { _ = try await store.job(named: Self.job("b").name) })
        #expect(error.isUnusable && error.description.contains("the job billing/b can't be read"), "\(error)")
    }

    @Test func `a row that can't be read is named in the log at error level, once and not with every call`()
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await Self.storeOfJobs(in: folder)
        for _ in 0..<3 { _ = try await store.jobs(service: nil, after: nil, limit: 9) }
        let lines = folder.log.entries
        #expect(lines.count == 1 && lines.first?.level == .error)
        #expect(lines.first?.metadata["error"].map { "\($0)".contains("the job billing/b can't be read") } == true)
        #expect(lines.first?.metadata["table"] == "job")
    }

    @Test func `a job that can't be read is replaced by the next put, as a job that was there`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await Self.storeOfJobs(in: folder)
        let later = Self.start.adding(seconds: 90)
        let put = try #require(try await store.put([Self.job("b", isExclusive: true)], now: later).first)
        #expect(!put.isNew && put.stored.createdAt == Self.start && put.stored.effectiveAfter == later)
        #expect(try await store.job(named: Self.job("b").name) == put.stored)
    }

    @Test func `a job that can't be read is deleted like any other`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await Self.storeOfJobs(in: folder)
        #expect(try await store.deleteJob(named: Self.job("b").name, now: Self.start))
        #expect(try await store.job(named: Self.job("b").name) == nil)
    }

    private static let damages = [
        "status = 9", "reason = 99", "attempts = '{'", "retry_of = x'00'", "ttl_s = 9223372036854775807",
        "heartbeat_interval_s = -1", "occurrence_ms = -1", "finished_ms = 9223372036854775807",
    ]

    @Test(arguments: damages)
    func `a batch leaves out an execution that can't be read, and the call for it names it`(damage: String) async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        let (execution, other) = (sampleExecution(), sampleExecution(minute: 1))
        _ = try await store.create([execution], now: { execution.createdAt })
        _ = try await store.create([other], now: { other.createdAt })
        try await store.write { database in
            try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
            try database.execute(
                sql: "UPDATE execution SET \(damage) WHERE id = ?", arguments: [execution.id.databaseValue])
        }
        let error = try #require(
            await #expect(throws: StoreError.self) { _ = try await store.execution(execution.id) })
        #expect(error.isUnusable)
        #expect(error.description.contains("the execution \(execution.id) can't be read"), "\(error)")
        let ids = [execution.id, other.id]
        #expect(try await store.recorded(ids).map(\.execution.id) == [other.id])
        let loaded = try await store.update(ids, of: ReportLine(of: execution.id)) { loaded, progress in
            ReportDecision(
                changes: [], decidedAt: Instant(secondsSinceEpoch: 0), progress: progress, answer: Array(loaded.keys))
        }.answer
        #expect(loaded == [other.id])
        #expect(try await store.executions(ExecutionQuery()).executions.map(\.id) == [other.id])
        let created = try await store.create([execution, other], now: { other.createdAt })
        #expect(created.map { $0?.execution.id } == [nil, other.id])
    }

    @Test func `a page whose last execution can't be read leads to the next page`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        for minute in Int64(0)..<4 {
            let execution = sampleExecution(minute: minute)
            _ = try await store.create([execution], now: { execution.createdAt })
        }
        try await store.write { try $0.execute(sql: "UPDATE execution SET retry_of = x'00' WHERE seq = 3") }
        let first = try await store.executions(ExecutionQuery(limit: 2))
        #expect(first.executions.map(\.id) == [sampleExecution(minute: 3).id])
        let second = try await store.executions(ExecutionQuery(limit: 2, more: first.more))
        #expect(second.executions.map(\.id) == [1, 0].map { sampleExecution(minute: $0).id })
        #expect(second.more == nil)
    }

    /// One row must not blind the ticker to all other schedules.
    @Test func `a job with an unknown DST policy hides no other schedule`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try await Self.storeOfJobs(in: folder, damage: "dst = 'sometimes', since_ms = -1")
        #expect(
            try await store.distinctSchedules().contains {
                $0.key == Self.minutely && $0.services == [.init("billing", 2)]
            })
    }

    @Test func `a list of API keys leaves out a key that can't be read, and its use fails`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        for (name, hash) in [("app", UInt8(1)), ("ops", 2)] {
            _ = try await store.add(APIKey(name: name, scope: .admin, createdAt: Self.start), secretHash: [hash])
        }
        try await store.write { try $0.execute(sql: "UPDATE api_key SET scope = 'everything' WHERE name = 'ops'") }
        #expect(try await store.apiKeys().map(\.name) == ["app"])
        #expect(try await store.apiKey(secretHash: [1])?.name == "app")
        let error = try #require(
            await #expect(throws: StoreError.self) { _ = try await store.apiKey(secretHash: [2]) })
        #expect(error.isUnusable)
        #expect(error.description.contains("the API key ops can't be read: “everything” is not a scope"), "\(error)")
    }

    @Test func `a list of secrets leaves out one that can't be read, and webhooks are signed with it all the same`()
        async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        for service in ["a", "b"] {
            _ = try await store.rotateSecret(of: service, to: "new", overlapSeconds: 0, now: Self.start)
        }
        try await store.write { try $0.execute(sql: "UPDATE service_secret SET created_ms = -1 WHERE service = 'b'") }
        #expect(try await store.secrets(of: nil).map(\.service) == ["a"])
        #expect(try await store.validSecrets(of: ["a", "b"], at: Self.start).count == 2)
    }
}
