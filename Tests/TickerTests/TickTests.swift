import Determinism
import JobCore
import Store
import Logging
import Messaging
import MessagingTesting
import Synchronization
import Testing

@testable import Ticker

/// Schedules as they are handed to it, and a switch for being away.
private final class Schedules: ScheduleStore {
    struct Content {
        var revision: Int64 = 1
        var schedules: [DistinctSchedule] = []
        var newest: Instant?
        var isAway = false
    }

    let content = Mutex(Content())

    private func read() throws(StoreError) -> Content {
        let content = content.withLock { $0 }
        guard !content.isAway else { throw .unavailable("switched off") }
        return content
    }

    func jobsRevision() async throws(StoreError) -> Int64 { try read().revision }
    func distinctSchedules() async throws(StoreError) -> [DistinctSchedule] { try read().schedules }
    func newestOccurrence() async throws(StoreError) -> Instant? { try read().newest }
}

@Suite struct `A tick` {
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

    private func said() throws -> [ScheduleDue] {
        try broker.waiting(in: "dispatcher.due").map { try MessageCoder.decode(ScheduleDue.self, from: $0.body) }
    }

    @Test func `says what is due, once`() async throws {
        put("rate(1 minute)", jobs: 1)
        await ticker.refresh()
        time.pass(milliseconds: 60_500)
        #expect(try await ticker.tick())
        #expect(try await !ticker.tick())
        let due = ScheduleDue(
            schedule: ScheduleKey("rate(1 minute)"), occurrence: Self.start.adding(seconds: 60),
            tickedAt: Self.start.adding(milliseconds: 60_500), shard: 0, shardCount: 1)
        #expect(try said() == [due])
    }

    @Test(arguments: [(1, 1), (500, 1), (501, 2), (1_500, 3), (1_501, 4)])
    func `shares the jobs of one schedule among several dispatchers`(jobs: Int, shards: Int) async throws {
        put("rate(1 minute)", jobs: jobs)
        await ticker.refresh()
        time.pass(milliseconds: 60_000)
        #expect(try await ticker.tick())
        #expect(try said().map(\.shard) == Array(0..<shards))
        #expect(try said().allSatisfy { $0.shardCount == shards })
    }

    @Test func `that could not be said is said by the next one`() async throws {
        put("rate(1 minute)", jobs: 1)
        await ticker.refresh()
        time.pass(milliseconds: 60_000)
        broker.setAvailable(false)
        await #expect(throws: PublishError.self) { try await ticker.tick() }
        broker.setAvailable(true)
        #expect(try await ticker.tick())
        #expect(try said().map(\.occurrence) == [Self.start.adding(seconds: 60)])
    }

    @Test func `goes by the schedules it knows while the store is away`() async throws {
        put("rate(1 minute)", jobs: 1)
        await ticker.refresh()
        store.content.withLock { $0.isAway = true }
        time.pass(milliseconds: 60_000)
        await ticker.refresh()
        #expect(try await ticker.tick())
        #expect(try said().count == 1)
    }

    @Test func `fires nothing that a clock which leapt ahead makes due`() async throws {
        put("rate(1 minute)", jobs: 1)
        await ticker.refresh()
        #expect(try await !ticker.tick())
        time.setWallClock(Self.start.adding(seconds: 86_400))
        #expect(try await !ticker.tick())
        #expect(try said().isEmpty)
    }

    @Test func `finds no baton at the very beginning and makes one, once`() async throws {
        store.content.withLock { $0.newest = Self.start.adding(seconds: -90) }
        await ticker.repairIfLost()
        #expect(broker.waiting(in: "ticker.baton").isEmpty)
        time.pass(milliseconds: 2_000)
        await ticker.repairIfLost()
        let made = try #require(broker.take(from: .tickerBaton, limit: 1).first)
        #expect(try MessageCoder.decode(Baton.self, from: made.body).cursor == Self.start.adding(milliseconds: -90_001))
        time.pass(milliseconds: 5_000)
        await ticker.repairIfLost()
        #expect(broker.waiting(in: "ticker.baton").isEmpty)
    }
}
