import GRDB
import JobCore
import Store
import StoreConformance
import Testing

@testable import SQLiteStore

@Suite struct `The removal of history` {
    private static let now = Instant(secondsSinceEpoch: 1_900_000_000)

    private static func execution(_ job: String, _ second: Int64) -> Execution {
        let name = JobName(service: "billing", job: job)
        let occurrence = now.adding(seconds: second)
        return Execution(
            id: Execution.id(of: name.id, at: occurrence), jobID: name.id, jobName: name, occurrence: occurrence,
            createdAt: occurrence, isExclusive: true, schedule: "rate(1 minute)",
            state: .pending(from: occurrence, ttlSeconds: 300, heartbeatIntervalSeconds: 30), attemptDueAt: occurrence)
    }

    /// Records a run that ended at its occurrence.
    private static func record(
        _ execution: Execution, as status: ExecutionStatus = .success, in store: SQLiteStore
    ) async throws {
        _ = try await store.create([execution], now: { execution.createdAt })
        try await end(execution, as: status, in: store)
    }

    private static func end(_ execution: Execution, as status: ExecutionStatus, in store: SQLiteStore) async throws {
        _ = try await store.update([execution.id], of: ReportLine(of: execution.id)) { loaded, progress in
            let changes = loaded.values.map { execution in
                var ended = execution
                ended.state.status = status
                ended.state.reason = status == .fail ? .reported : nil
                ended.state.finishedAt = execution.occurrence
                return ExecutionChange.rewritten(ended)
            }
            return ReportDecision(changes: changes, decidedAt: execution.occurrence, progress: progress, answer: ())
        }
    }

    private static func ids(_ store: SQLiteStore) async throws -> Set<ExecutionID> {
        Set(try await store.executions(ExecutionQuery()).executions.map(\.id))
    }

    @Test func `takes those that ended at the same instant one after the other, as the limit says`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        func record(_ job: String, _ second: Int64) async throws {
            var execution = Self.execution(job, second)
            execution.isExclusive = false
            try await Self.record(execution, in: store)
        }
        for number in 0..<3 { try await record("job-\(number)", 0) }
        let later = Self.now.adding(seconds: 1)
        for expected in [1, 1, 1, 0] {
            #expect(try await store.removeHistory(endedBefore: later, limit: 1) == expected)
        }
        try await record("later", 1)
        #expect(try await store.removeHistory(endedBefore: later, limit: 1) == 0)
        #expect(try await store.removeHistory(endedBefore: later.adding(milliseconds: 1), limit: 1) == 1)
    }

    @Test func `looks at each execution once, also at those that must stay`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        for number in Int64(0)..<20 {
            try await Self.record(Self.execution("job-\(number)", number), in: store)
            try await Self.record(Self.execution("job-\(number)", 100 + number), as: .fail, in: store)
        }
        let later = Self.now.adding(seconds: 1_000)
        let first = try await store.removeHistoryBatch(endedBefore: later, limit: 15)
        #expect(first == HistoryRemoval.Batch(removed: 15, visited: 35))
        let second = try await store.removeHistoryBatch(endedBefore: later, limit: 15)
        #expect(second == HistoryRemoval.Batch(removed: 5, visited: 5))
        let third = try await store.removeHistoryBatch(endedBefore: later, limit: 15)
        #expect(third == HistoryRemoval.Batch(removed: 0, visited: 0), "20 last successes stay, and are not seen again")
        #expect(try await Self.ids(store).count == 20)
        // Also not by another process, or after a restart.
        let other = try folder.store()
        #expect(
            try await other.removeHistoryBatch(endedBefore: later, limit: 15)
                == HistoryRemoval.Batch(removed: 0, visited: 0))
        #expect(try await other.removeHistory(endedBefore: later, limit: 15) == 0)
    }

    @Test func `takes a last success that stayed once another one has replaced it`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        let (old, new) = (Self.execution("a", 0), Self.execution("a", 500))
        try await Self.record(old, in: store)
        let later = Self.now.adding(seconds: 100)
        #expect(try await store.removeHistory(endedBefore: later, limit: 9) == 0)
        try await Self.record(new, in: store)
        #expect(
            try await store.removeHistoryBatch(endedBefore: later, limit: 9)
                == HistoryRemoval.Batch(removed: 1, visited: 1))
        #expect(try await Self.ids(store) == [new.id])
    }

    @Test func `takes the last success of a job that was deleted and put as a new one`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        let job = Job(
            name: JobName(service: "billing", job: "a"), isExclusive: true,
            target: InvocationTarget(kind: .http, address: "https://example.com/"),
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)
        let (now, later) = (Self.now, Self.now.adding(seconds: 100))
        _ = try await store.put([job], now: now)
        try await Self.record(Self.execution("a", 0), in: store)
        #expect(try await store.removeHistory(endedBefore: later, limit: 9) == 0)
        _ = try await store.deleteJob(named: job.name, now: later)
        _ = try await store.put([job], now: later)
        #expect(try await store.removeHistory(endedBefore: later, limit: 9) == 1)
    }

    @Test func `takes an execution whose end is recorded as long past, unless it is a last success`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        let late = Self.execution("late", 0)
        let lateSuccess = Self.execution("success", 1)
        _ = try await store.create([late, lateSuccess], now: { late.createdAt })
        try await Self.record(Self.execution("other", 50), as: .fail, in: store)
        let later = Self.now.adding(seconds: 100)
        #expect(try await store.removeHistory(endedBefore: later, limit: 9) == 1)
        try await Self.end(late, as: .fail, in: store)
        try await Self.end(lateSuccess, as: .success, in: store)
        var over = Self.execution("over", 2)
        over.state = .over(.missed, at: over.occurrence, ttlSeconds: 60)
        let missed = over
        _ = try await store.create([missed], now: { missed.occurrence })
        #expect(try await store.removeHistory(endedBefore: later, limit: 9) == 2)
        #expect(try await Self.ids(store) == [lateSuccess.id])
    }

    @Test func `keeps what a longer retention keeps`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        try await Self.record(Self.execution("a", 0), in: store)
        try await Self.record(Self.execution("a", 100), as: .fail, in: store)
        #expect(try await store.removeHistory(endedBefore: Self.now.adding(seconds: 200), limit: 9) == 1)
        try await Self.record(Self.execution("a", 300), in: store)
        #expect(try await store.removeHistory(endedBefore: Self.now, limit: 9) == 0)
        #expect(try await store.removeHistory(endedBefore: Self.now.adding(seconds: 1), limit: 9) == 1)
    }

    @Test func `reads the executions in the order of their ends by the index of ends, and sorts nothing`() async throws
    {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let store = try folder.store()
        for (sql, arguments) in [
            (HistoryRemoval.selectNext, [0, 0, 9] as StatementArguments),
            (HistoryRemoval.selectLeftBehind, [9, 9] as StatementArguments),
        ] {
            let plan = try await store.read { database in
                try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)", arguments: arguments)
                    .map { $0["detail"] as String }.joined(separator: "; ")
            }
            #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
            #expect(plan.hasPrefix("SEARCH e USING INDEX execution_by_end") || plan.hasPrefix("SCAN r"), "\(plan)")
        }
    }
}
