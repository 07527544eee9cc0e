import Determinism
import JobCore
import Logging
import Messaging
import MessagingTesting
import Store
import Synchronization
import Testing

@testable import Ticker

/// A store of schedules that the test sets and can make unavailable.
private final class Schedules: ScheduleStore {
    struct Content {
        var revision: Int64 = 1
        var schedules: [DistinctSchedule] = []
        var newest: Instant?
        var isUnavailable = false
    }

    let content = Mutex(Content())

    private func read() throws(StoreError) -> Content {
        let content = content.withLock { $0 }
        guard !content.isUnavailable else { throw .unavailable("switched off") }
        return content
    }

    func jobsRevision() async throws(StoreError) -> Int64 { try read().revision }
    func distinctSchedules() async throws(StoreError) -> [DistinctSchedule] { try read().schedules }
    func newestOccurrence() async throws(StoreError) -> Instant? { try read().newest }
}

/// Guarantee: no occurrence is missed, and an occurrence that is ticked twice leads to the same due event.
@Suite struct `The ticker with the baton` {
    private static let start = Instant(secondsSinceEpoch: 1_800_000_000)
    private let time = HandTime(start)
    private let broker = MemoryBroker(now: start)
    private let store = Schedules()
    private let ticker: Ticker

    init() {
        ticker = Ticker(
            store: store, broker: broker, time: time, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func put(_ expression: String, jobs: Int) {
        store.content.withLock { content in
            content.revision += 1
            content.schedules.append(
                DistinctSchedule(
                    key: ScheduleKey(expression), jobCount: jobs, latestEffectiveAfter: Instant(secondsSinceEpoch: 0)))
        }
    }

    private func dueEvents() throws -> [ScheduleDue] {
        try broker.waiting(in: "dispatcher.due").map { try MessageCoder.decode(ScheduleDue.self, from: $0.body) }
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
            tickedAt: Self.start.adding(milliseconds: 60_500), shard: 0, shardCount: 1)
        #expect(try dueEvents() == [due])
        #expect(try baton()?.cursor == Self.start.adding(milliseconds: 60_500))
        try await hold()
        #expect(try dueEvents() == [due], "the next hold begins where this one ended")
    }

    @Test(arguments: [(1, 1), (500, 1), (501, 2), (1_500, 3), (1_501, 4)])
    func `a ticker cuts a schedule with many jobs into shards for several dispatchers`(jobs: Int, shards: Int)
        async throws
    {
        put("rate(1 minute)", jobs: jobs)
        time.pass(milliseconds: 60_000)
        try await hold()
        #expect(try dueEvents().map(\.shard) == Array(0..<shards))
        #expect(try dueEvents().allSatisfy { $0.shardCount == shards })
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

    @Test func `a ticker fires no occurrence that is due only by a clock that leapt ahead`() async throws {
        put("rate(1 minute)", jobs: 1)
        #expect(await ticker.tick().due.isEmpty)
        time.setWallClock(Self.start.adding(seconds: 86_400))
        await ticker.refresh()
        #expect(await ticker.tick().due.isEmpty)
    }

    @Test func `a ticker continues from its own cursor when the baton cannot be read`() async throws {
        put("rate(1 minute)", jobs: 1)
        await ticker.refresh()
        time.pass(milliseconds: 60_000)
        try await broker.publish([OutboundMessage(routingKey: RoutingKey.baton, body: [0x7B])])
        try await hold()
        #expect(try dueEvents().map(\.occurrence) == [Self.start.adding(seconds: 60)])
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
