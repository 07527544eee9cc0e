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

/// Guarantee: from an upgrade of tzdata on, occurrences follow the new rules; no earlier one counts as missed.
@Suite struct `A time zone that changes while the ticker runs` {
    /// 2026-11-24T16:30:10Z.
    private static let start = Instant(secondsSinceEpoch: 1_795_537_810)
    private static let longAgo = Instant(secondsSinceEpoch: 0)

    private let files: ZoneFiles
    private let zones: ZoneDatabase

    init() throws {
        files = try ZoneFiles()
        zones = ZoneDatabase(folder: files.path)
        try files.put("Test/Zone", TZifFile(offset: 0))
    }

    private static func shared(_ expression: String, zone: String = "Test/Zone") -> DistinctSchedule {
        DistinctSchedule(
            key: ScheduleKey(expression, timeZone: zone), services: [.init("s", 1)], latestEffectiveAfter: longAgo)
    }

    private func change(toHours hours: Int32, at now: Instant) throws {
        try files.put("Test/Zone", TZifFile(offset: hours * 3_600))
        #expect(zones.reload(at: now).changed == ["Test/Zone"])
    }

    private static func times(_ due: [DueRange]) -> [String] {
        due.map { "\($0.key.expression) \($0.occurrence.rfc3339)" }
    }

    @Test func `moves the next occurrences in the plan, and leaves those that are over as they were`() throws {
        let schedules = ["cron(0 17 * * ? *)", "cron(0 18 * * ? *)", "cron(0/15 * * * ? *)"].map { Self.shared($0) }
        var plan = SchedulePlan(cursor: Self.start)
        #expect(plan.update(schedules, zones: zones).isEmpty)
        try change(toHours: 1, at: Self.start)
        plan.follow(zones)
        let due = plan.takeDue(through: Self.start.adding(seconds: 3_600), limit: 99)
        // The plan has them in the order of their expressions. 17:00 would have been at 16:00Z.
        #expect(
            Self.times(due) == [
                "cron(0/15 * * * ? *) 2026-11-24T16:45:00Z", "cron(0 18 * * ? *) 2026-11-24T17:00:00Z",
                "cron(0/15 * * * ? *) 2026-11-24T17:00:00Z", "cron(0/15 * * * ? *) 2026-11-24T17:15:00Z",
                "cron(0/15 * * * ? *) 2026-11-24T17:30:00Z",
            ])
    }

    @Test func `leaves the occurrences of other time zones, and of rates, as they were`() throws {
        try files.put("Test/Other", TZifFile(offset: 0))
        let schedules = [
            Self.shared("cron(0 17 * * ? *)", zone: "Test/Other"), Self.shared("cron(0 17 * * ? *)", zone: "UTC"),
            Self.shared("rate(1800 seconds)"),
        ]
        var plan = SchedulePlan(cursor: Self.start)
        _ = plan.update(schedules, zones: zones)
        try change(toHours: 5, at: Self.start)
        plan.follow(zones)
        let due = plan.takeDue(through: Self.start.adding(seconds: 1_800), limit: 99)
        #expect(due.count == 3 && due.allSatisfy { $0.occurrence.rfc3339 == "2026-11-24T17:00:00Z" })
    }

    @Test func `keeps the occurrence of a job that was read late`() throws {
        var plan = SchedulePlan(cursor: Self.start)
        let late = DistinctSchedule(
            key: ScheduleKey("cron(30 16 * * ? *)", timeZone: "Test/Zone"), services: [.init("s", 1)],
            latestEffectiveAfter: Self.start.adding(seconds: -15))
        _ = plan.update([late], zones: zones)
        #expect(plan.nextOccurrence == Self.start.adding(seconds: -10))
        try change(toHours: 1, at: Self.start)
        plan.follow(zones)
        #expect(plan.nextOccurrence == Self.start.adding(seconds: -10))
    }

    @Test func `repeats the old occurrences, and makes up no new ones, for a plan that goes back`() throws {
        var plan = SchedulePlan(cursor: Self.start)
        _ = plan.update([Self.shared("cron(0 16,17 * * ? *)")], zones: zones)
        try change(toHours: 1, at: Self.start)
        plan.follow(zones)
        plan.move(to: Self.start.adding(seconds: -3_600))
        let due = plan.takeDue(through: Self.start.adding(seconds: 7_200), limit: 99)
        #expect(Self.times(due) == ["cron(0 16,17 * * ? *) 2026-11-24T16:00:00Z"])
    }

    @Test func `makes no occurrence overdue that the new rules have before the change`() throws {
        let schedules = [Self.shared("cron(0 17 * * ? *)")]
        _ = BatonRepair.expected(after: Self.start, schedules: schedules, zones: zones)
        try change(toHours: 1, at: Self.start)
        let expected = BatonRepair.expected(
            after: Self.start.adding(seconds: -7_200), schedules: schedules, zones: zones)
        #expect(expected.map(\.occurrence.rfc3339) == ["2026-11-25T16:00:00Z"])
    }

    @Test func `lets a standby compute again what it expects`() async throws {
        let store = MemoryScheduleStore()
        store.put([Self.shared("cron(0 18 * * ? *)")])
        store.content.withLock { $0.newest = Self.start.adding(seconds: -600) }
        var search = LostBatonSearch(store, zones: zones)
        func isOverdue(at seconds: Int64) async throws -> Bool {
            let now = Self.start.adding(seconds: seconds)
            return try await search.isOverdue(newestOccurrence: Self.start.adding(seconds: -600), now: now)
        }
        #expect(try await !isOverdue(at: 0))
        try change(toHours: 1, at: Self.start)
        // 17:00:10Z, by the old rules an hour too early.
        #expect(try await isOverdue(at: 1_800))
        #expect(store.content.withLock { $0.scans } == 1, "the schedules are the same")
    }

    @Test func `moves what the ticker publishes, and lets it read a schedule whose zone came later`() async throws {
        let (time, store, log) = (HandTime(Self.start), MemoryScheduleStore(), InMemoryLogHandler())
        let broker = MemoryBroker(now: Self.start)
        let ticker = Ticker(
            store: store, broker: broker, time: time, zones: zones, logger: Logger(label: "test") { _ in log })
        store.put([
            Self.shared("at(2026-11-24T21:33:00)"), Self.shared("at(2026-11-24T16:34:00)", zone: "Test/New"),
        ])
        try await broker.publish([OutboundMessage(Baton(cursor: Self.start))])
        let subscription = await broker.subscribe(to: .tickerBaton, prefetch: 1)
        func holdUntil(_ seconds: Int64) async throws {
            while time.now() < Self.start.adding(seconds: seconds) {
                await ticker.hold(try #require(try await subscription.next(limit: 1).first), subscription)
            }
        }
        try await holdUntil(30)
        let line = try #require(log.entries.first { "\($0.message)" == "a schedule on record cannot be read" })
        #expect("\(line.metadata["error"] ?? "")".contains("\"Test/New\" is not a time zone."))
        try files.put("Test/New", TZifFile(offset: 0))
        try files.put("Test/Zone", TZifFile(offset: 5 * 3_600))
        #expect(zones.reload(at: time.now()).changed == ["Test/New", "Test/Zone"])
        try await holdUntil(300)
        let due = try broker.waiting(in: "dispatcher.due").map {
            try MessageCoder.decode(ScheduleDue.self, from: $0.body)
        }
        #expect(due.map(\.occurrence.rfc3339) == ["2026-11-24T16:33:00Z", "2026-11-24T16:34:00Z"])
        #expect(due.map(\.schedule.timeZone) == ["Test/Zone", "Test/New"])
    }
}
