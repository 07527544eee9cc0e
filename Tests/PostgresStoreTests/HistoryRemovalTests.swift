import JobCore
import PostgreSQL
import Store
import Testing

@testable import PostgresStore

@Suite struct `The removal of days from a PostgreSQL store` {
    private static let day: Int64 = 86_400
    private static let now = Instant(secondsSinceEpoch: 1_900_000_000)

    /// Records a run of a job that ended with success on a day.
    private static func record(
        _ job: String, day number: Int64, isExclusive: Bool = true, trigger: Trigger = .schedule,
        in store: PostgresStore
    ) async throws -> ExecutionID {
        let name = JobName(service: "billing", job: job)
        let occurrence = now.adding(seconds: number * day)
        var execution = Execution(
            id: Execution.id(of: name.id, at: occurrence), jobID: name.id, jobName: name, occurrence: occurrence,
            createdAt: occurrence, isExclusive: isExclusive, schedule: "rate(1 minute)",
            state: .pending(from: occurrence, ttlSeconds: 300, heartbeatIntervalSeconds: 30), attemptDueAt: occurrence)
        execution.trigger = trigger
        _ = try await store.create([execution], now: { occurrence })
        _ = try await store.update([execution.id], of: ReportLine(of: execution.id)) { loaded, progress in
            let changes = loaded.values.map { execution in
                var ended = execution
                ended.state.status = .success
                ended.state.finishedAt = execution.occurrence
                return ExecutionChange.rewritten(ended)
            }
            return ReportDecision(changes: changes, decidedAt: occurrence, progress: progress, answer: ())
        }
        return execution.id
    }

    private static func days(_ store: PostgresStore) async throws -> [Int64] {
        let removal = HistoryRemoval(before: Instant.recordable.upperBound)
        return try await store.read { try removal.days(in: $0) }
    }

    @Test func `drops the partition of each day that has passed as a whole, and none that has not`() async throws {
        let store = try await RealPostgres.emptyStore()
        for day in Int64(0)..<4 { _ = try await Self.record("daily", day: day, isExclusive: false, in: store) }
        let first = Day.of(Self.now)
        #expect(try await Self.days(store) == [first, first + 1, first + 2, first + 3])
        // The third day has begun, but not passed.
        let removed = try await store.removeHistory(endedBefore: Self.now.adding(seconds: 2 * Self.day), limit: 100)
        #expect(removed == 2)
        #expect(try await Self.days(store) == [first + 2, first + 3])
        #expect(try await store.executions(ExecutionQuery()).executions.count == 2)
    }

    @Test func `keeps a last success that is older, finds it, and removes it once another one has replaced it`()
        async throws
    {
        let store = try await RealPostgres.emptyStore()
        let first = try await Self.record("monthly", day: 0, in: store)
        let later = Self.now.adding(seconds: 40 * Self.day)
        for _ in 0..<2 { #expect(try await store.removeHistory(endedBefore: later, limit: 100) == 0) }
        #expect(try await Self.days(store).isEmpty)
        #expect(try await store.execution(first)?.state.status == .success)
        #expect(try await store.statuses(of: [first]) == [first: .success])

        let second = try await Self.record("monthly", day: 30, in: store)
        #expect(try await store.removeHistory(endedBefore: later, limit: 100) == 1)
        #expect(try await store.execution(first) == nil)
        #expect(try await store.execution(second) != nil)
    }

    @Test func `makes the day of an end that is recorded long after it, and removes it again`() async throws {
        let store = try await RealPostgres.emptyStore()
        let late = try await Self.record("late", day: -4_000, isExclusive: false, in: store)
        #expect(try await store.execution(late) != nil)
        #expect(try await store.removeHistory(endedBefore: Self.now, limit: 100) == 1)
        #expect(try await store.execution(late) == nil)
    }

    @Test func `makes a day once for recorders that record its first end at the same time`() async throws {
        let url = try await RealPostgres.emptyStoreURL()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                let store = try await PostgresStore(url: url, name: "test", logger: RealPostgres.silent)
                group.addTask {
                    for day in Int64(0)..<10 {
                        _ = try await Self.record("job-\(number)", day: day, isExclusive: false, in: store)
                    }
                }
            }
            try await group.waitForAll()
        }
        let store = try await PostgresStore(url: url, name: "test", logger: RealPostgres.silent)
        #expect(try await store.executions(ExecutionQuery()).executions.count == 80)
    }

    @Test func `removes the row of a job that was never put with the last of its tests`() async throws {
        let store = try await RealPostgres.emptyStore()
        _ = try await Self.record("tried", day: 0, isExclusive: false, trigger: .test, in: store)
        _ = try await Self.record("tried", day: 1, isExclusive: false, trigger: .test, in: store)
        func rows() async throws -> Int {
            try await store.read { try $0.rows("SELECT count(*) FROM job")[0].value(0) }
        }
        _ = try await store.removeHistory(endedBefore: Self.now.adding(seconds: Self.day), limit: 100)
        #expect(try await rows() == 1)
        _ = try await store.removeHistory(endedBefore: Self.now.adding(seconds: 2 * Self.day), limit: 100)
        #expect(try await rows() == 0)
    }
}
