import Determinism
import InMemoryLogging
import JobCore
import Logging
import Messaging
import MessagingTesting
import Store
import Synchronization
import Testing

@testable import Ticker

/// Batons that can't be read, or can't be true.
private enum WrongBaton {
    static let nonsense = OutboundMessage(routingKey: RoutingKey.baton, body: [0x7B])

    static var all: [OutboundMessage] {
        [nonsense]
            + [-1, 0, 253_402_300_799_999, .max].map { (milliseconds: Int64) in
                OutboundMessage(routingKey: RoutingKey.baton, body: Array(#"{"cursor_ms":\#(milliseconds)}"#.utf8))
            }
    }
}

/// Guarantee: no occurrence is missed, and an occurrence that is ticked twice leads to the same due event.
@Suite struct `The ticker with the baton` {
    private static let start = Instant(secondsSinceEpoch: 1_800_000_000)
    private let time = HandTime(start)
    private let broker = MemoryBroker(now: start)
    private let store = MemoryScheduleStore()
    private let log = InMemoryLogHandler()
    private let ticker: Ticker

    init() {
        let log = log
        ticker = Ticker(store: store, broker: broker, time: time, logger: Logger(label: "test") { _ in log })
    }

    private func put(_ expression: String, jobs: Int) {
        store.put([
            DistinctSchedule(
                key: ScheduleKey(expression), services: [.init("s", jobs)],
                latestEffectiveAfter: Instant(secondsSinceEpoch: 0))
        ])
    }

    private func dueEvents() throws -> [ScheduleDue] {
        try (broker.waiting(in: "dispatcher.due") + broker.waiting(in: "dispatcher.bulk"))
            .map { try MessageCoder.decode(ScheduleDue.self, from: $0.body) }
    }

    private func baton() throws -> Baton? {
        try broker.waiting(in: "ticker.baton").first.map { try MessageCoder.decode(Baton.self, from: $0.body) }
    }

    /// Gives the ticker a baton, and returns when the ticker has handed it over. Its waits advance the clock.
    private func hold(cursor: Instant = start) async throws {
        if broker.waiting(in: "ticker.baton").isEmpty {
            try await broker.publish([OutboundMessage(Baton(cursor: cursor))])
        }
        let subscription = await broker.subscribe(to: .tickerBaton, prefetch: 1)
        let message = try #require(try await subscription.next(limit: 1).first)
        await ticker.hold(message, subscription)
    }

    @Test func `a ticker publishes each occurrence once, and then hands the baton over`() async throws {
        put("rate(1 minute)", jobs: 1)
        time.pass(milliseconds: 60_500)
        try await hold()
        let due = ScheduleDue(
            schedule: ScheduleKey("rate(1 minute)"), occurrence: Self.start.adding(seconds: 60),
            tickedAt: Self.start.adding(milliseconds: 60_500))
        #expect(try dueEvents() == [due])
        #expect(try baton()?.cursor == Self.start.adding(milliseconds: 60_500))
        try await hold()
        #expect(try dueEvents() == [due], "the next hold begins where this one ended")
    }

    @Test(arguments: [(1, 1, 0), (500, 1, 0), (501, 2, 0), (1_500, 1, 2), (20_000, 1, 39)])
    func `a ticker cuts a schedule with many jobs into ranges, and what exceeds a service's share is bulk`(
        jobs: Int, ordinary: Int, bulk: Int
    ) async throws {
        put("rate(1 minute)", jobs: jobs)
        time.pass(milliseconds: 60_000)
        try await hold()
        let ranges = try dueEvents().map(\.range)
        #expect(ranges.first?.from == nil && ranges.last?.to == nil)
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.to == $1.from && $0.to != nil })
        #expect(broker.waiting(in: "dispatcher.due").count == ordinary)
        #expect(broker.waiting(in: "dispatcher.bulk").count == bulk)
    }

    @Test func `a ticker hands the baton over within seconds although nothing is due`() async throws {
        try await hold()
        let cursor = try #require(try baton()?.cursor)
        #expect((5_000...6_000).contains(cursor.milliseconds(since: Self.start)))
    }

    @Test func `a ticker requeues a baton that it cannot hand over, and loses no occurrence`() async throws {
        put("rate(1 minute)", jobs: 1)
        try await broker.publish([OutboundMessage(Baton(cursor: Self.start))])
        time.pass(milliseconds: 60_000)
        broker.setAvailable(false)
        try await hold()
        #expect(try dueEvents().isEmpty)
        #expect(try baton()?.cursor == Self.start, "the old baton is back in its queue")
        broker.setAvailable(true)
        try await hold()
        #expect(try dueEvents().map(\.occurrence).first == Self.start.adding(seconds: 60))
    }

    @Test
    func
        `a ticker ticks with known schedules while the store is unavailable, and the next ticker repeats the ticks`()
        async throws
    {
        put("rate(1 minute)", jobs: 1)
        await ticker.refresh()
        store.content.withLock { $0.isUnavailable = true }
        time.pass(milliseconds: 60_000)
        try await hold()
        #expect(try dueEvents().count == 1)
        #expect(try baton()?.cursor == Self.start, "the cursor of the last refresh")
    }

    /// The levels of the lines about the clock.
    private var clockLines: [Logger.Level] {
        log.entries.filter { "\($0.message)".contains("clock") }.map(\.level)
    }

    @Test(arguments: [86_400, -3_600] as [Int64])
    func `a ticker whose clock leapt ticks nothing until the clock has kept pace for ten minutes`(leap: Int64)
        async throws
    {
        put("rate(1 minute)", jobs: 1)
        try await hold()
        time.setWallClock(time.now().adding(seconds: leap))
        let (before, reads) = (try baton()?.cursor, store.content.withLock { $0.reads })
        for _ in 0..<119 { try await hold() }
        #expect(try dueEvents().isEmpty && baton()?.cursor == before)
        #expect(clockLines.count { $0 == .error } == 10, "a line each minute")
        #expect(store.content.withLock { $0.reads } - reads < 800, "one read each second")
        for _ in 0..<3 { try await hold() }
        #expect(clockLines.last == .warning)
        #expect(try dueEvents().isEmpty == (leap < 0), "the time that leapt is due now")
    }

    @Test func `a ticker that starts with a clock behind the record ticks nothing, until the clock is corrected`()
        async throws
    {
        put("rate(1 minute)", jobs: 1)
        store.content.withLock { $0.newest = Self.start.adding(seconds: 3_600) }
        time.pass(milliseconds: 60_000)
        try await broker.publish([OutboundMessage(Baton(cursor: Self.start.adding(seconds: 3_600)))])
        try await hold()
        #expect(try dueEvents().isEmpty && Set(clockLines) == [.error])
        time.setWallClock(Self.start.adding(seconds: 3_661))
        try await hold()
        #expect(try dueEvents().map(\.occurrence).first == Self.start.adding(seconds: 3_660))
    }

    @Test func `a ticker holds the baton for seconds, though the clock is set back`() async throws {
        time.pass(milliseconds: 1_000)
        let begun = time.monotonicMilliseconds()
        try await broker.publish([OutboundMessage(Baton(cursor: Self.start))])
        let subscription = await broker.subscribe(to: .tickerBaton, prefetch: 1)
        let message = try #require(try await subscription.next(limit: 1).first)
        time.setWallClock(Self.start.adding(seconds: -200))
        await ticker.hold(message, subscription)
        #expect((5_000...6_000).contains(time.monotonicMilliseconds() - begun))
    }

    @Test(arguments: WrongBaton.all)
    func `a ticker goes on from the newest occurrence on record when the baton can't be read, or can't be true`(
        message: OutboundMessage
    ) async throws {
        put("rate(1 minute)", jobs: 1)
        store.content.withLock { $0.newest = Self.start.adding(seconds: -120) }
        try await broker.publish([message])
        try await hold()
        #expect(try dueEvents().map { $0.occurrence.milliseconds(since: Self.start) } == [-120_000, -60_000, 0])
    }

    @Test func `a ticker waits for the store when the baton can't be read, and puts the baton back after a minute`()
        async throws
    {
        put("rate(1 minute)", jobs: 1)
        store.content.withLock { content in
            content.newest = Self.start.adding(seconds: -120)
            content.isUnavailable = true
        }
        try await broker.publish([WrongBaton.nonsense])
        try await hold()
        #expect(try dueEvents().isEmpty)
        #expect(broker.waiting(in: "ticker.baton").map(\.body) == [WrongBaton.nonsense.body])
        store.content.withLock { $0.isUnavailable = false }
        try await hold()
        #expect(try dueEvents().map(\.occurrence).first == Self.start.adding(seconds: -120))
    }

    @Test func `a ticker publishes a backlog of due events in parts, and none is left out`() async throws {
        put("rate(1 second)", jobs: 1_000)
        time.pass(milliseconds: 1_200_000)
        var counts: [Int] = []
        repeat {
            try await hold()
            counts.append(try dueEvents().count - counts.reduce(0, +))
        } while try #require(try baton()).cursor < Self.start.adding(seconds: 1_200)
        #expect(counts == [1_000, 1_000, 400])
        #expect(Set(try dueEvents().map { "\($0.occurrence) \($0.range)" }).count == 2_400)
    }

    @Test func `a standby reads all schedules only when they or the record have changed`() async throws {
        put("rate(1 hour)", jobs: 1)
        store.content.withLock { $0.newest = Self.start.adding(seconds: -60) }
        for _ in 0..<20 {
            time.pass(milliseconds: 5_000)
            await ticker.repairIfLost()
        }
        #expect(store.content.withLock { $0.scans } == 1)
    }

    /// The seconds from the newest occurrence to the start of the jobs, and whether one is overdue 82 s later.
    @Test(arguments: [(0, true), (60, true), (61, false), (nil, false)] as [(Int64?, Bool)])
    func `a standby takes the baton for lost when an occurrence is overdue that leads to an execution`(
        runsFrom: Int64?, isLost: Bool
    ) async throws {
        put("rate(1 minute)", jobs: 1)
        put("at(2001-01-01T00:00:00)", jobs: 1)
        store.content.withLock { content in
            content.newest = Self.start
            content.runsFrom = runsFrom.map { Self.start.adding(seconds: $0) }
        }
        time.pass(milliseconds: 2_000)
        await ticker.repairIfLost()
        _ = broker.take(from: .tickerBaton, limit: 1)
        time.pass(milliseconds: 80_000)
        for _ in 0..<2 { await ticker.repairIfLost() }
        #expect(try baton()?.cursor == (isLost ? Self.start.adding(milliseconds: -1) : nil))
        guard runsFrom == 61 else { return }
        time.pass(milliseconds: 60_000)
        await ticker.repairIfLost()
        #expect(try baton() != nil, "the first occurrence after the jobs' start is overdue")
    }

    @Test func `a ticker that finds no baton at its start publishes one, once`() async throws {
        store.content.withLock { $0.newest = Self.start.adding(seconds: -90) }
        await ticker.repairIfLost()
        #expect(broker.waiting(in: "ticker.baton").isEmpty)
        time.pass(milliseconds: 2_000)
        await ticker.repairIfLost()
        let published = try #require(broker.take(from: .tickerBaton, limit: 1).first)
        #expect(
            try MessageCoder.decode(Baton.self, from: published.body).cursor == Self.start.adding(milliseconds: -90_001)
        )
        time.pass(milliseconds: 5_000)
        await ticker.repairIfLost()
        #expect(broker.waiting(in: "ticker.baton").isEmpty)
    }
}
