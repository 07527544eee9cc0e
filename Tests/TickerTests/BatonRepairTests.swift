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
        [DistinctSchedule(key: ScheduleKey("rate(1 minute)"), services: [.init("s", 3)], latestEffectiveAfter: since)]
    }

    private static func cursor(newest: Instant?, schedules: [DistinctSchedule]) -> Instant {
        BatonRepair.cursor(newestOccurrence: newest, schedules: schedules, now: now)
    }

    private static func overdue(newest: Instant?, schedules: [DistinctSchedule]) -> [Instant] {
        let expected = BatonRepair.expected(after: newest, schedules: schedules)
        return BatonRepair.overdue(expected, now: now).map(\.occurrence)
    }

    @Test func `a new baton starts at the newest occurrence on record, so that none is missed`() {
        #expect(Self.cursor(newest: Self.ago(7_200), schedules: []) == Self.before(Self.ago(7_200)))
    }

    @Test func `a new baton starts where the first job took effect, while nothing has run yet`() {
        let schedules = [
            DistinctSchedule(
                key: ScheduleKey("rate(1 minute)"), services: [.init("s", 2)], earliestEffectiveAfter: Self.ago(500),
                latestEffectiveAfter: Self.ago(30))
        ]
        #expect(Self.cursor(newest: nil, schedules: schedules) == Self.ago(500))
        #expect(Self.cursor(newest: nil, schedules: []) == Self.now)
    }

    @Test func `a new baton never has a cursor in the future`() {
        #expect(Self.cursor(newest: Self.ago(-90), schedules: []) == Self.now)
        #expect(Self.overdue(newest: Self.ago(-90), schedules: Self.minutely(since: Self.ago(7_200))).isEmpty)
    }

    /// Seconds before now: the cursor, the newest occurrence, and whether the cursor can't be true.
    private static let cursors: [(cursor: Int64, recorded: Int64, isImplausible: Bool)] = [
        (0, 0, false), (-300, 0, false), (-301, 0, true), (-7_000_000_000, 0, true), (3_600, 0, false),
        (86_400, 0, false), (86_401, 0, true), (1_800_000_000, 60, true), (90_000, 7_200, false), (0, 90_000, false),
    ]

    @Test(arguments: cursors)
    func `a baton's cursor is not believed if it is in the future, or a day before what is done`(
        cursor: Int64, recorded: Int64, isImplausible: Bool
    ) {
        let answer = BatonRepair.isImplausible(
            cursor: Self.ago(cursor), recorded: Self.ago(recorded), now: Self.now)
        #expect(answer == isImplausible)
    }

    @Test func `an occurrence is overdue once it is due for ten seconds`() {
        // now is a whole minute: the occurrence after the newest was due 120 s, 60 s, 0 s ago.
        let schedules = Self.minutely(since: Self.ago(7_200))
        #expect(Self.overdue(newest: Self.ago(180), schedules: schedules) == [Self.ago(120)])
        #expect(Self.overdue(newest: Self.ago(120), schedules: schedules) == [Self.ago(60)])
        #expect(Self.overdue(newest: Self.ago(60), schedules: schedules).isEmpty)
    }

    @Test func `nothing is overdue while nothing is due`() {
        #expect(Self.overdue(newest: Self.ago(180), schedules: []).isEmpty)
        let yearly = [
            DistinctSchedule(
                key: ScheduleKey("cron(0 0 1 1 ? *)"), services: [.init("s", 1)], latestEffectiveAfter: Self.ago(86_400)
            )
        ]
        #expect(Self.overdue(newest: Self.ago(180), schedules: yearly).isEmpty)
    }

    @Test func `nothing is overdue from before the jobs took effect`() {
        #expect(Self.overdue(newest: nil, schedules: Self.minutely(since: Self.ago(30))).isEmpty)
        #expect(Self.overdue(newest: Self.ago(7_200), schedules: Self.minutely(since: Self.ago(30))).isEmpty)
        #expect(Self.overdue(newest: nil, schedules: Self.minutely(since: Self.ago(300))) == [Self.ago(240)])
    }

    @Test(arguments: [(0, 10_000), (1, 20_000), (3, 80_000), (6, 600_000), (1_000, 600_000)] as [(Int, Int64)])
    func `each baton that changes nothing doubles the silence before the next one`(repairs: Int, silence: Int64) {
        #expect(BatonRepair.silenceMilliseconds(afterRepairs: repairs) == silence)
    }

    @Test func `a schedule that can't be read hides no overdue occurrence`() {
        let unreadable = DistinctSchedule(
            key: ScheduleKey("nonsense"), services: [.init("s", 1)], latestEffectiveAfter: Self.ago(7_200))
        let schedules = [unreadable] + Self.minutely(since: Self.ago(7_200))
        #expect(Self.overdue(newest: Self.ago(180), schedules: schedules) == [Self.ago(120)])
    }
}
