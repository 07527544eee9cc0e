import JobCore
import Store
import Testing
import Ticker

@Suite struct `The repair of a lost baton` {
    private static let now = Instant(secondsSinceEpoch: 1_800_000_000)

    private static func ago(_ seconds: Int64) -> Instant { now.adding(seconds: -seconds) }
    /// Just before the newest occurrence, of which perhaps only a part was ticked.
    private static func before(_ instant: Instant) -> Instant { instant.adding(milliseconds: -1) }

    private static func minutely(since: Instant) -> [DistinctSchedule] {
        [DistinctSchedule(key: ScheduleKey("rate(1 minute)"), jobCount: 3, latestEffectiveAfter: since)]
    }

    private static func cursor(
        isFirst: Bool = false, silent: Int64 = 60_000, newest: Instant?, schedules: [DistinctSchedule]
    ) -> Instant? {
        BatonRepair.cursor(
            isFirst: isFirst, silentMilliseconds: silent, newestOccurrence: newest, schedules: schedules, now: now)
    }

    @Test func `no baton is published before two seconds of silence`() {
        #expect(Self.cursor(isFirst: true, silent: 1_999, newest: nil, schedules: []) == nil)
        #expect(Self.cursor(isFirst: true, silent: 2_000, newest: nil, schedules: []) == Self.now)
    }

    @Test func `the first baton starts at the newest occurrence on record, so that none is missed`() {
        #expect(Self.cursor(isFirst: true, newest: Self.ago(7_200), schedules: []) == Self.before(Self.ago(7_200)))
    }

    @Test func `the first baton starts where the first job took effect, while nothing has run yet`() {
        let schedules = [
            DistinctSchedule(
                key: ScheduleKey("rate(1 minute)"), jobCount: 2, earliestEffectiveAfter: Self.ago(500),
                latestEffectiveAfter: Self.ago(30))
        ]
        #expect(Self.cursor(isFirst: true, newest: nil, schedules: schedules) == Self.ago(500))
    }

    @Test func `a new baton never has a cursor in the future`() {
        #expect(Self.cursor(isFirst: true, newest: Self.ago(-90), schedules: []) == Self.now)
        let schedules = Self.minutely(since: Self.ago(7_200))
        #expect(Self.cursor(newest: Self.ago(-90), schedules: schedules) == nil)
    }

    @Test func `a lost baton is replaced once an occurrence is overdue by ten seconds`() {
        // now is a whole minute: the occurrence after the newest was due 120 s, 60 s, 0 s ago.
        let schedules = Self.minutely(since: Self.ago(7_200))
        #expect(Self.cursor(newest: Self.ago(180), schedules: schedules) == Self.before(Self.ago(180)))
        #expect(Self.cursor(newest: Self.ago(120), schedules: schedules) == Self.before(Self.ago(120)))
        #expect(Self.cursor(newest: Self.ago(60), schedules: schedules) == nil)
    }

    @Test func `a baton is not replaced while nothing is due`() {
        #expect(Self.cursor(newest: Self.ago(180), schedules: []) == nil)
        let yearly = [
            DistinctSchedule(key: ScheduleKey("cron(0 0 1 1 ? *)"), jobCount: 1, latestEffectiveAfter: Self.ago(86_400))
        ]
        #expect(Self.cursor(newest: Self.ago(180), schedules: yearly) == nil)
    }

    @Test func `a baton is not replaced because of occurrences before the jobs took effect`() {
        #expect(Self.cursor(newest: nil, schedules: Self.minutely(since: Self.ago(30))) == nil)
        #expect(Self.cursor(newest: Self.ago(7_200), schedules: Self.minutely(since: Self.ago(30))) == nil)
    }

    @Test func `a lost baton is replaced with the first job's start as its cursor, while nothing has run yet`() {
        let schedules = Self.minutely(since: Self.ago(300))
        #expect(Self.cursor(newest: nil, schedules: schedules) == Self.ago(300))
    }

    @Test func `a later baton needs more silence than the first one`() {
        let schedules = Self.minutely(since: Self.ago(7_200))
        #expect(Self.cursor(silent: 9_999, newest: Self.ago(180), schedules: schedules) == nil)
        #expect(Self.cursor(silent: 10_000, newest: Self.ago(180), schedules: schedules) == Self.before(Self.ago(180)))
    }

    @Test func `a schedule that can't be read does not hide a lost baton`() {
        let unreadable = DistinctSchedule(
            key: ScheduleKey("nonsense"), jobCount: 1, latestEffectiveAfter: Self.ago(7_200))
        let schedules = [unreadable] + Self.minutely(since: Self.ago(7_200))
        #expect(Self.cursor(newest: Self.ago(180), schedules: schedules) == Self.before(Self.ago(180)))
    }
}
