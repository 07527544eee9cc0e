import Determinism
import JobCore
import Logging
import Messaging
import MessagingTesting
import StageKit
import Store
import Synchronization
import Testing

@testable import Reaper

/// Overdue and lost executions as the test sets them. It keeps the `cutoffs` of the calls.
private final class ScriptedExpiryStore: ExpiryStore {
    struct Content {
        var overdue: [OverdueExecution] = []
        var lost: [UndeliveredExecution] = []
        var cutoffs: [Instant] = []
        var heartbeatIntervalSeconds: Int64 = 0
    }

    let content = Mutex(Content())

    func overdue(
        at now: Instant, reachableSince: Instant?, limit: Int
    ) async throws(StoreError) -> [OverdueExecution] {
        content.withLock { content in
            let isSilent =
                reachableSince.map { $0.adding(seconds: 2 * content.heartbeatIntervalSeconds) <= now } ?? true
            return Array(content.overdue.filter { $0.expiry == .ttl || isSilent }.prefix(limit))
        }
    }

    func undelivered(dueBefore instant: Instant, limit: Int) async throws(StoreError) -> [UndeliveredExecution] {
        content.withLock { content in
            content.cutoffs.append(instant)
            return Array(content.lost.prefix(limit))
        }
    }

    func removeHistory(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        content.withLock { $0.cutoffs.append(instant) }
        return 0
    }
}

/// Guarantee: every execution ends, and none ends by a silence that an outage caused.
@Suite struct `The reaper` {
    private static let start = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let late = OverdueExecution(id: .random(), expiry: .heartbeat)

    private let store = ScriptedExpiryStore()
    private let broker = MemoryBroker(now: start)
    private let expiries: Periodic
    private let lostDeliveries: Periodic
    private let history: Periodic

    init() {
        let (store, broker, time) = (store, broker, HandTime(Self.start))
        func periodic(_ stage: any PeriodicStage) -> Periodic {
            Periodic(
                stage, broker: broker, time: time, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
        expiries = periodic(ExpiryReporter(store: store))
        lostDeliveries = periodic(LostDeliveryFinder(store: store, overdueSeconds: 300))
        history = periodic(HistoryCleaner(store: store, keepDays: 30))
    }

    private func reports() throws -> [ExecutionExpired] {
        try broker.waiting(in: "ingester.reports").map {
            try MessageCoder.decode(ExecutionExpired.self, from: $0.body)
        }
    }

    @Test func `the reaper reports a passed deadline once, and again after a minute`() async throws {
        store.content.withLock { $0.overdue = [Self.late] }
        for seconds in [0, 1, 59, 60, 61] as [Int64] {
            try await expiries.runOnce(at: Self.start.adding(seconds: seconds))
        }
        let expected = [0, 60].map {
            ExecutionExpired(
                executionID: Self.late.id, expiry: .heartbeat, noticedAt: Self.start.adding(seconds: $0))
        }
        #expect(try reports() == expected)
        #expect(Set(broker.waiting(in: "ingester.reports").map(\.id)).count == 2)
    }

    @Test func `the reaper reports the two deadlines of an execution separately`() async throws {
        store.content.withLock { $0.overdue = [Self.late] }
        try await expiries.runOnce(at: Self.start)
        store.content.withLock {
            $0.overdue = [OverdueExecution(id: Self.late.id, expiry: .ttl)]
        }
        try await expiries.runOnce(at: Self.start.adding(seconds: 1))
        #expect(try reports().map(\.expiry) == [.heartbeat, .ttl])
    }

    @Test func `the reaper repeats a report that could not be published`() async throws {
        store.content.withLock { $0.overdue = [Self.late] }
        broker.setAvailable(false)
        await #expect(throws: PublishError.self) { try await expiries.runOnce(at: Self.start) }
        broker.setAvailable(true)
        try await expiries.runOnce(at: Self.start.adding(seconds: 1))
        #expect(try reports().count == 1)
    }

    /// Runs passes one second apart, at each of these seconds after the start.
    private func pass(_ seconds: ClosedRange<Int64>) async {
        for second in seconds { try? await expiries.runOnce(at: Self.start.adding(seconds: second)) }
    }

    @Test func `the reaper counts silence from its own start, since callbacks may have been missed before`()
        async throws
    {
        store.content.withLock { content in
            content.overdue = [OverdueExecution(id: .random(), expiry: .heartbeat)]
            content.heartbeatIntervalSeconds = 10
        }
        await pass(0...19)
        #expect(try reports().isEmpty)
        await pass(20...20)
        #expect(try reports().map(\.noticedAt) == [Self.start.adding(seconds: 20)])
    }

    @Test func `the reaper counts silence anew after the broker was unavailable, and after a leap of the clock`()
        async throws
    {
        await pass(0...29)
        store.content.withLock { content in
            content.overdue = [OverdueExecution(id: .random(), expiry: .heartbeat)]
            content.heartbeatIntervalSeconds = 10
        }
        broker.setAvailable(false)
        await pass(30...40)
        broker.setAvailable(true)
        await pass(41...59)
        #expect(try reports().isEmpty)
        await pass(60...60)
        #expect(try reports().count == 1)
        store.content.withLock { content in
            content.overdue = [OverdueExecution(id: .random(), expiry: .heartbeat)]
            content.heartbeatIntervalSeconds = 10
        }
        await pass(3_600...3_619)
        #expect(try reports().count == 1)
        await pass(3_620...3_620)
        #expect(try reports().count == 2)
    }

    @Test func `the reaper reports a passed ttl at once, since a ttl does not depend on callbacks`() async throws {
        store.content.withLock {
            $0.overdue = [OverdueExecution(id: .random(), expiry: .ttl)]
        }
        await pass(0...0)
        #expect(try reports().count == 1)
    }

    @Test func `the reaper requests a lost delivery again, five minutes after it was due`() async throws {
        let lost = UndeliveredExecution(id: .random(), jobName: JobName(service: "s", job: "j"))
        store.content.withLock { $0.lost = [lost] }
        for seconds in [0, 299, 300] as [Int64] {
            try await lostDeliveries.runOnce(at: Self.start.adding(seconds: seconds))
        }
        let requests = try broker.waiting(in: "dispatcher.redeliveries").map {
            try MessageCoder.decode(RedeliveryRequested.self, from: $0.body)
        }
        #expect(requests.map(\.executionID) == [lost.id, lost.id])
        #expect(requests.first?.jobName == lost.jobName)
        #expect(store.content.withLock { $0.cutoffs.first } == Self.start.adding(seconds: -300))
    }

    @Test func `the reaper removes history that is older than the days that it is kept`() async throws {
        try await history.runOnce(at: Self.start)
        #expect(store.content.withLock { $0.cutoffs } == [Self.start.adding(seconds: -30 * 86_400)])
    }
}
