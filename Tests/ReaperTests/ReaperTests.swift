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

/// Overdue and lost executions as the test sets them. It keeps the arguments of the calls.
private final class ScriptedExpiryStore: ExpiryStore {
    struct Content {
        var progress = LineProgress()
        var overdue: [OverdueExecution] = []
        var lost: [UndeliveredExecution] = []
        var cutoffs: [Instant] = []
        var pauseCutoffs: [Instant] = []
        var newestEnd: Instant?
        var progressAsked: [LineProgress] = []
    }

    let content = Mutex(Content())

    func progress() async throws(StoreError) -> LineProgress { content.withLock { $0.progress } }

    func overdue(
        at instant: Instant, progress: LineProgress, limit: Int
    ) async throws(StoreError) -> [OverdueExecution] {
        content.withLock { content in
            content.cutoffs.append(instant)
            content.progressAsked.append(progress)
            return Array(content.overdue.prefix(limit))
        }
    }

    func newestAudit() async throws(StoreError) -> Instant? { nil }

    func removeAudit(before instant: Instant, limit: Int) async throws(StoreError) -> Int { 0 }

    func undelivered(dueBefore instant: Instant, limit: Int) async throws(StoreError) -> [UndeliveredExecution] {
        content.withLock { content in
            content.cutoffs.append(instant)
            return Array(content.lost.prefix(limit))
        }
    }

    func newestEnd() async throws(StoreError) -> Instant? { content.withLock { $0.newestEnd } }

    func removeHistory(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        content.withLock { $0.cutoffs.append(instant) }
        return 0
    }

    func removePauses(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        content.withLock { $0.pauseCutoffs.append(instant) }
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
    private let marks: Periodic
    private let history: Periodic

    init() {
        let (store, broker, time) = (store, broker, HandTime(Self.start))
        func periodic(_ stage: any PeriodicStage) -> Periodic {
            Periodic(
                stage, broker: broker, time: time, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
        expiries = periodic(ExpiryReporter(store: store))
        lostDeliveries = periodic(LostDeliveryFinder(store: store, overdueSeconds: 300))
        marks = periodic(MarkMaker())
        history = periodic(HistoryCleaner(store: store, keepDays: 30))
    }

    private static func at(_ seconds: Int64) -> Instant { start.adding(seconds: seconds) }

    private func reports<Report: ReportMessage & Decodable>(_ type: Report.Type) throws -> [Report] {
        try ReportLine.allCases.flatMap { line in
            try broker.waiting(in: WorkQueue.ingesterReports(line).rawValue).map {
                try MessageCoder.decode(Report.self, from: $0.body)
            }
        }
    }

    @Test func `the reaper reports a passed deadline once, and again after a wait that doubles`() async throws {
        store.content.withLock { $0.overdue = [Self.late] }
        for seconds in [0, 1, 2, 5, 6, 13, 14] as [Int64] { try await expiries.runOnce(at: Self.at(seconds)) }
        let expected = [0, 2, 6, 14].map {
            ExecutionExpired(executionID: Self.late.id, expiry: .heartbeat, noticedAt: Self.at($0))
        }
        #expect(try reports(ExecutionExpired.self) == expected)
    }

    @Test func `the reaper reports a deadline that has moved and passed again at once`() async throws {
        store.content.withLock { $0.overdue = [Self.late] }
        try await expiries.runOnce(at: Self.start)
        store.content.withLock { $0.overdue = [] }
        try await expiries.runOnce(at: Self.at(1))
        store.content.withLock { $0.overdue = [Self.late] }
        try await expiries.runOnce(at: Self.at(2))
        #expect(try reports(ExecutionExpired.self).map(\.noticedAt) == [Self.start, Self.at(2)])
    }

    @Test func `the reaper reports the two deadlines of an execution separately`() async throws {
        store.content.withLock { $0.overdue = [Self.late] }
        try await expiries.runOnce(at: Self.start)
        store.content.withLock {
            $0.overdue = [OverdueExecution(id: Self.late.id, expiry: .ttl)]
        }
        try await expiries.runOnce(at: Self.at(1))
        #expect(try reports(ExecutionExpired.self).map(\.expiry) == [.heartbeat, .ttl])
    }

    @Test func `the reaper repeats a report that could not be published`() async throws {
        store.content.withLock { $0.overdue = [Self.late] }
        broker.setAvailable(false)
        await #expect(throws: PublishError.self) { try await expiries.runOnce(at: Self.start) }
        broker.setAvailable(true)
        try await expiries.runOnce(at: Self.at(1))
        #expect(try reports(ExecutionExpired.self).count == 1)
    }

    @Test func `the reaper gives a callback that was received in time the time to reach its line`() async throws {
        try await expiries.runOnce(at: Self.start)
        let cutoff = Self.start.adding(milliseconds: -ExecutionState.expiryGraceMilliseconds)
        #expect(store.content.withLock { $0.cutoffs } == [cutoff])
    }

    @Test(arguments: [(3, true), (4, false)] as [(Int64, Bool)])
    func `the reaper takes silence for a timeout only while signs of life come`(signAge: Int64, counts: Bool)
        async throws
    {
        let progress = LineProgress(
            reachableSince: Self.at(-900), latestSignAt: Self.at(-signAge), deliverableSince: Self.at(-900),
            latestMarkAt: Self.at(-1))
        store.content.withLock { $0.progress = progress }
        try await expiries.runOnce(at: Self.start)
        let asked = try #require(store.content.withLock { $0.progressAsked.first })
        #expect(asked.reachableSince == (counts ? progress.reachableSince : nil))
        #expect(asked.deliverableSince == progress.deliverableSince)
    }

    @Test func `the reaper reports a delivery that a mark has overtaken by five minutes, and no other`() async throws {
        let lost = UndeliveredExecution(id: .random(), jobName: JobName(service: "s", job: "j"))
        store.content.withLock { $0.lost = [lost] }
        try await lostDeliveries.runOnce(at: Self.start)
        #expect(try reports(DeliveryOverdue.self).isEmpty, "no courier has taken a mark")
        store.content.withLock { $0.progress.latestMarkAt = Self.at(-20) }
        try await lostDeliveries.runOnce(at: Self.start)
        #expect(
            try reports(DeliveryOverdue.self)
                == [DeliveryOverdue(executionID: lost.id, afterSeconds: 300, noticedAt: Self.start)])
        #expect(store.content.withLock { $0.cutoffs } == [Self.at(-320)])
    }

    @Test func `the reaper sends marks into the first queue in which deliveries wait`() async throws {
        try await marks.runOnce(at: Self.start)
        let waiting = broker.waiting(in: WorkQueue.dispatcherDeliveries.rawValue)
        #expect(waiting.map(\.routingKey) == ["delivery.mark.due"])
        #expect(
            try waiting.map { try MessageCoder.decode(DeliveryMark.self, from: $0.body) }
                == [DeliveryMark(madeAt: Self.start)])
    }

    /// The newest end, seconds after the start of the pass; the days are counted from there, or from the pass.
    @Test(arguments: [(3_600, 0), (0, 0), (-86_400, -86_400), (-31 * 86_400, -31 * 86_400)] as [(Int64, Int64)])
    func `the reaper removes history that is older than the days that it is kept, before the newest end on record`(
        newestEnd: Int64, from: Int64
    ) async throws {
        store.content.withLock { $0.newestEnd = Self.start.adding(seconds: newestEnd) }
        try await history.runOnce(at: Self.start)
        #expect(store.content.withLock { $0.cutoffs } == [Self.start.adding(seconds: from - 30 * 86_400)])
        #expect(store.content.withLock { $0.pauseCutoffs == $0.cutoffs }, "pauses are kept for as long")
    }

    @Test func `the reaper removes nothing while no execution has ended`() async throws {
        try await history.runOnce(at: Self.start)
        #expect(store.content.withLock { $0.cutoffs }.isEmpty)
    }
}
