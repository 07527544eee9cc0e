import Determinism
import JobCore
import Store
import Testing

@testable import Ticker

/// Guarantee: every occurrence of a schedule is taken exactly once.
@Suite struct `The schedule plan` {
    private static let start = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let longAgo = Instant(secondsSinceEpoch: 0)

    private static func at(_ seconds: Int64) -> Instant { start.adding(seconds: seconds) }

    private static func shared(_ expression: String, jobs: Int = 1, since: Instant = longAgo) -> DistinctSchedule {
        DistinctSchedule(key: ScheduleKey(expression), services: [.init("s", jobs)], latestEffectiveAfter: since)
    }

    private static func plan(_ schedules: [DistinctSchedule], cursor: Instant = start) -> SchedulePlan {
        var plan = SchedulePlan(cursor: cursor)
        #expect(plan.update(schedules).isEmpty)
        return plan
    }

    private static func seconds(_ due: [DueRange]) -> [Int64] {
        due.map { $0.occurrence.milliseconds(since: start) / 1_000 }
    }

    @Test func `the plan takes what is due after the cursor up to now, and nothing later`() {
        var plan = Self.plan([Self.shared("rate(10 seconds)")])
        #expect(Self.seconds(plan.takeDue(through: Self.at(9), limit: 10)).isEmpty)
        #expect(Self.seconds(plan.takeDue(through: Self.at(10), limit: 10)) == [10])
        #expect(Self.seconds(plan.takeDue(through: Self.at(10), limit: 10)).isEmpty)
        #expect(Self.seconds(plan.takeDue(through: Self.at(35), limit: 10)) == [20, 30])
        #expect(plan.cursor == Self.at(35))
        #expect(plan.nextOccurrence == Self.at(40))
    }

    @Test func `the plan takes the oldest occurrence first, and each schedule in as many ranges as its jobs need`() {
        var plan = Self.plan([Self.shared("rate(20 seconds)", jobs: 500), Self.shared("rate(30 seconds)", jobs: 501)])
        let due = plan.takeDue(through: Self.at(30), limit: 100)
        #expect(Self.seconds(due) == [20, 30, 30])
        #expect(due.first?.range == .all)
        #expect(due[1].range.from == nil && due[1].range.to == due[2].range.from && due[2].range.to == nil)
        let both = plan.takeDue(through: Self.at(60), limit: 100)
        #expect(Self.seconds(both) == [40, 60, 60, 60])
        #expect(both.suffix(3).map(\.key.expression) == ["rate(20 seconds)", "rate(30 seconds)", "rate(30 seconds)"])
        #expect(both.map(\.isBulk) == [false, false, true, true], "the service has its share with the first 500 jobs")
    }

    /// Guarantee: no service waits for the many jobs of another.
    @Test func `the plan takes bulk ranges after all others, also those of later occurrences`() {
        let large = DistinctSchedule(
            key: ScheduleKey("rate(20 seconds)"), services: [.init("a", 5_000)], latestEffectiveAfter: Self.longAgo)
        let small = DistinctSchedule(
            key: ScheduleKey("at(2027-01-15T08:00:21)"), services: [.init("b", 10)], latestEffectiveAfter: Self.longAgo)
        var plan = Self.plan([large, small])
        let first = plan.takeDue(through: Self.at(20), limit: 4)
        #expect(first.map(\.isBulk) == [false, true, true, true])
        #expect(plan.cursor == Self.at(20).adding(milliseconds: -1))
        let second = plan.takeDue(through: Self.at(21), limit: 4)
        #expect(Self.seconds(second) == [21, 20, 20, 20] && second.map(\.isBulk) == [false, true, true, true])
        #expect(
            plan.cursor == Self.at(20).adding(milliseconds: -1), "the rest of the older occurrence is still to come")
        let third = plan.takeDue(through: Self.at(22), limit: 9)
        #expect(Self.seconds(third) == [20, 20, 20] && plan.cursor == Self.at(22))
        #expect(Set((first + second + third).filter { $0.key == large.key }.map(\.range)).count == 10)
    }

    private static let same = ["UTC", "Europe/Madrid", "Asia/Tokyo"].map {
        DistinctSchedule(
            key: ScheduleKey("rate(10 seconds)", timeZone: $0), services: [.init("s", 1)],
            latestEffectiveAfter: longAgo)
    }

    @Test func `the plan takes the ranges of an instant together, and continues after it at the next call`() {
        var plan = Self.plan(Self.same)
        #expect(Self.seconds(plan.takeDue(through: Self.at(30), limit: 5)) == [10, 10, 10])
        #expect(plan.cursor == Self.at(20).adding(milliseconds: -1))
        #expect(Self.seconds(plan.takeDue(through: Self.at(30), limit: 6)) == [20, 20, 20, 30, 30, 30])
        #expect(plan.cursor == Self.at(30))
    }

    @Test func `the plan takes an instant with more ranges than a tick may have in parts, the cursor stays before it`()
    {
        var plan = Self.plan([Self.shared("rate(10 seconds)", jobs: 2_500)], cursor: Self.at(15))
        var due: [DueRange] = []
        for cursor in [20, 30, 30] as [Int64] {
            due += plan.takeDue(through: Self.at(30), limit: 3)
            #expect(plan.cursor == Self.at(cursor).adding(milliseconds: -1))
            _ = plan.update([Self.shared("rate(10 seconds)", jobs: 9_999)])
        }
        let first = due.filter { $0.occurrence == Self.at(20) }.map(\.range)
        #expect(first.count == 5, "the ranges stay as they were cut")
        #expect(Set(first.map(\.from)) == Set([nil] + (1..<5).map { .init(service: "s", slot: $0 * 65_536 / 5) }))
    }

    @Test func `the plan takes an instant from its first range when another ticker has the rest`() {
        var plan = Self.plan([Self.shared("rate(10 seconds)", jobs: 2_500)])
        let first = plan.takeDue(through: Self.at(10), limit: 3)
        #expect(first.count == 3)
        plan.move(to: plan.cursor)
        let again = plan.takeDue(through: Self.at(10), limit: 9)
        #expect(again.count == 5 && again.prefix(3) == first[...])
    }

    @Test func `the plan keeps all that waits when a job that was read late makes an older occurrence due`() {
        var plan = Self.plan([Self.shared("rate(10 seconds)", jobs: 2_500)], cursor: Self.at(15))
        _ = plan.takeDue(through: Self.at(20), limit: 2)
        let late = DistinctSchedule(
            key: ScheduleKey("at(2027-01-15T08:00:17)"), services: [.init("b", 1)], latestEffectiveAfter: Self.at(16))
        _ = plan.update([Self.shared("rate(10 seconds)", jobs: 2_500), late])
        let due = plan.takeDue(through: Self.at(20), limit: 2)
        #expect(Self.seconds(due) == [17, 20])
        #expect(plan.cursor == Self.at(20).adding(milliseconds: -1))
        #expect(Self.seconds(plan.takeDue(through: Self.at(20), limit: 9)) == [20, 20] && plan.cursor == Self.at(20))
    }

    @Test func `the plan does not fire an occurrence again when the clock goes backwards`() {
        var plan = Self.plan([Self.shared("rate(10 seconds)")])
        _ = plan.takeDue(through: Self.at(30), limit: 10)
        #expect(plan.takeDue(through: Self.at(15), limit: 10).isEmpty)
        #expect(plan.cursor == Self.at(30))
        #expect(Self.seconds(plan.takeDue(through: Self.at(40), limit: 10)) == [40])
    }

    @Test func `the plan takes the occurrence of a job that was stored just before it and read just after it`() {
        var plan = Self.plan([], cursor: Self.at(12))
        _ = plan.update([Self.shared("rate(10 seconds)", since: Self.at(8))])
        #expect(Self.seconds(plan.takeDue(through: Self.at(12), limit: 10)) == [10])
    }

    @Test func `the plan takes no occurrence from before the first job of a schedule`() {
        var plan = Self.plan([], cursor: Self.at(12))
        _ = plan.update([Self.shared("rate(10 seconds)", since: Self.at(10))])
        #expect(Self.seconds(plan.takeDue(through: Self.at(20), limit: 10)) == [20])
    }

    @Test func `the plan looks back one minute for a new schedule, not to the start of its job`() {
        var plan = Self.plan([], cursor: Self.at(100))
        _ = plan.update([Self.shared("rate(10 seconds)", since: Self.at(30))])
        #expect(Self.seconds(plan.takeDue(through: Self.at(110), limit: 10)) == [110])
    }

    @Test func `the plan looks back for another job of a schedule that it knows already`() {
        var plan = Self.plan([Self.shared("rate(10 seconds)")], cursor: Self.at(12))
        _ = plan.update([Self.shared("rate(10 seconds)", jobs: 501, since: Self.at(8))])
        let due = plan.takeDue(through: Self.at(20), limit: 10)
        #expect(Self.seconds(due) == [10, 10, 20, 20])
    }

    /// The jobs that one refresh reads may have been stored on both sides of an occurrence.
    @Test(arguments: [(7, [10, 20]), (9, [10, 20]), (11, [20])] as [(Int64, [Int64])])
    func
        `the plan looks back to the oldest job that it may not have read before, also when a newer one is read with it`(
            newestBefore: Int64, expected: [Int64]
        )
    {
        let other = Self.shared("at(2027-02-01T00:00:00)", since: Self.at(newestBefore))
        var plan = Self.plan([Self.shared("rate(10 seconds)"), other], cursor: Self.at(13))
        let joined = DistinctSchedule(
            key: ScheduleKey("rate(10 seconds)"), services: [.init("s", 3)], earliestEffectiveAfter: Self.longAgo,
            latestEffectiveAfter: Self.at(12))
        _ = plan.update([joined, other])
        #expect(Self.seconds(plan.takeDue(through: Self.at(20), limit: 10)) == expected)
    }

    /// The age of a job at the other ticker's cursor, and whether that ticker may not have read it.
    @Test(arguments: [(1, true), (19, true), (20, false), (59, false)] as [(Int64, Bool)])
    func `a plan that goes on from another ticker's cursor looks back for jobs that the other may not have read`(
        age: Int64, isTaken: Bool
    ) {
        let cursor = Self.at(300).adding(milliseconds: 500)
        let since = cursor.adding(seconds: -age)
        for var plan in [SchedulePlan(cursor: Self.start), Self.plan([Self.shared("rate(30 seconds)")])] {
            plan.move(to: cursor)
            _ = plan.update([Self.shared("rate(1 second)", since: since), Self.shared("rate(30 seconds)")])
            let due = plan.takeDue(through: Self.at(301), limit: 99)
            #expect(due.map(\.occurrence).min() == (isTaken ? Self.at(301 - age) : Self.at(301)))
        }
    }

    @Test func `a plan that goes on from another ticker's cursor repeats nothing of the jobs that it knew before`() {
        var plan = Self.plan([Self.shared("rate(10 seconds)", since: Self.at(-5))])
        plan.move(to: Self.at(1))
        _ = plan.update([Self.shared("rate(10 seconds)", since: Self.at(-5))])
        #expect(Self.seconds(plan.takeDue(through: Self.at(10), limit: 10)) == [10])
    }

    @Test func `the plan keeps what is due for known jobs when a newer job joins their schedule`() {
        var plan = Self.plan([], cursor: Self.at(12))
        _ = plan.update([Self.shared("rate(10 seconds)", since: Self.at(8))])
        _ = plan.update([Self.shared("rate(10 seconds)", jobs: 2, since: Self.at(11))])
        #expect(Self.seconds(plan.takeDue(through: Self.at(20), limit: 10)) == [10, 20])
    }

    @Test func `the plan drops schedules that no job has any more`() {
        var plan = Self.plan([Self.shared("rate(10 seconds)"), Self.shared("rate(15 seconds)")])
        _ = plan.update([Self.shared("rate(15 seconds)")])
        #expect(Self.seconds(plan.takeDue(through: Self.at(30), limit: 10)) == [15, 30])
    }

    @Test func `the plan takes over what has changed, and keeps the other schedules as they are`() {
        var plan = Self.plan(["rate(10 seconds)", "rate(15 seconds)", "rate(25 seconds)"].map { Self.shared($0) })
        let changes = ScheduleChanges(
            revision: 2, isComplete: false,
            schedules: [Self.shared("rate(8 seconds)"), Self.shared("rate(25 seconds)", jobs: 501)],
            removed: [ScheduleKey("rate(15 seconds)"), ScheduleKey("rate(5 seconds)")])
        #expect(plan.update(changes).isEmpty)
        let due = plan.takeDue(through: Self.at(25), limit: 99)
        #expect(Self.seconds(due) == [8, 10, 16, 20, 24, 25, 25])
        #expect(plan.update(ScheduleChanges(revision: 3, isComplete: false)).isEmpty)
        #expect(Self.seconds(plan.takeDue(through: Self.at(30), limit: 99)) == [30])
    }

    @Test func `the plan leaves out and returns the schedules that it can't read, and takes the others`() {
        var plan = SchedulePlan(cursor: Self.start)
        let bad = [ScheduleKey("rate(0 minutes)"), ScheduleKey("rate(1 minute)", timeZone: "Mars/Olympus")]
        let schedules = bad.map {
            DistinctSchedule(key: $0, services: [.init("s", 1)], latestEffectiveAfter: Self.longAgo)
        }
        #expect(plan.update(schedules + [Self.shared("rate(10 seconds)")]).map(\.key) == bad)
        #expect(Self.seconds(plan.takeDue(through: Self.at(10), limit: 10)) == [10])
    }

    @Test func `the plan continues from another ticker's cursor, forwards or back`() {
        var plan = Self.plan([Self.shared("rate(10 seconds)")])
        plan.move(to: Self.at(25))
        #expect(Self.seconds(plan.takeDue(through: Self.at(40), limit: 10)) == [30, 40])
        plan.move(to: Self.at(15))
        #expect(Self.seconds(plan.takeDue(through: Self.at(40), limit: 10)) == [20, 30, 40])
    }

    @Test func `the plan has no occurrence of a schedule that is over`() {
        var plan = Self.plan([Self.shared("at(2001-01-01T00:00:00)")])
        #expect(plan.nextOccurrence == nil)
        #expect(plan.takeDue(through: Self.at(1_000_000), limit: 10).isEmpty)
        #expect(plan.cursor == Self.at(1_000_000))
    }

    /// Ticks at random times with random limits, interrupted by updates and by other tickers' batons, and compares with
    /// the occurrences of each schedule alone.
    @Test(arguments: UInt64(1)...40) func `the plan fires every occurrence exactly once, at random ticks`(seed: UInt64)
        throws
    {
        var random = SplitMix64(seed: seed)
        let schedules = ["rate(7 seconds)", "rate(1 minute)", "cron(*/2 * * * ? *)", "rate(13 seconds)"]
            .map { Self.shared($0) }
        var plan = Self.plan(schedules)
        var fired: [DueRange] = []
        var now = Self.start
        while now < Self.at(900) {
            now = now.adding(milliseconds: Int64.random(in: 0...45_000, using: &random))
            repeat {
                fired += plan.takeDue(through: now, limit: Int.random(in: 4...9, using: &random))
                if Bool.random(using: &random) { plan.move(to: plan.cursor) }
                if Bool.random(using: &random) {
                    let isComplete = Bool.random(using: &random)
                    let read = schedules.filter { _ in isComplete || Bool.random(using: &random) }
                    _ = plan.update(
                        ScheduleChanges(
                            revision: 1, isComplete: isComplete, schedules: read.shuffled(using: &random)))
                }
            } while plan.cursor < now
        }
        let expected = try schedules.map { try Self.occurrences($0.key, through: now) }.reduce(0, +)
        #expect(fired.count == expected)
        #expect(Set(fired.map { "\($0.key.expression) \($0.occurrence.millisecondsSinceEpoch)" }).count == expected)
        #expect(fired.map(\.occurrence) == fired.map(\.occurrence).sorted())
    }

    private static func occurrences(_ key: ScheduleKey, through end: Instant) throws -> Int {
        let schedule = try key.parsed()
        var count = 0
        var last = start
        while let next = schedule.next(after: last), next <= end {
            count += 1
            last = next
        }
        return count
    }
}
