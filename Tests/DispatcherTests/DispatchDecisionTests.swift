import JobCore
import Store
import Testing

@testable import Dispatcher

@Suite struct `When a schedule is due` {
    private static let occurrence = Instant(secondsSinceEpoch: 1_800_000_000)

    private static func at(_ seconds: Int64) -> Instant { occurrence.adding(seconds: seconds) }

    /// A job that has been there for an hour.
    private static func job(
        since: Instant = at(-3_600), _ change: (inout Job) -> Void = { _ in }
    ) -> StoredJob {
        var job = Job(
            name: JobName(service: "s", job: "j"),
            target: InvocationTarget(kind: .http, address: "https://example.com/"),
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)
        change(&job)
        return StoredJob(job: job, effectiveAfter: since, createdAt: since, updatedAt: since)
    }

    private static func decide(
        _ stored: StoredJob, late milliseconds: Int64 = 20, isSuperseded: Bool = false
    ) -> DispatchDecision {
        .decide(
            stored, occurrence: occurrence, tickedAt: occurrence.adding(milliseconds: milliseconds),
            isSuperseded: isSuperseded)
    }

    @Test func `a job runs`() {
        #expect(Self.decide(Self.job()) == .run)
    }

    @Test func `a paused job has no execution and no history`() {
        #expect(Self.decide(Self.job { $0.isEnabled = false }) == .pass(.paused))
        #expect(Self.decide(Self.job { $0.isEnabled = false }, late: 600_000) == .pass(.paused))
    }

    @Test(arguments: [(-1, true), (0, false), (1, false)] as [(Int64, Bool)])
    func `a job runs only after it was created, resumed or rescheduled`(since: Int64, runs: Bool) {
        let stored = Self.job(since: Self.occurrence.adding(milliseconds: since))
        #expect(Self.decide(stored) == (runs ? .run : .pass(.notYet)))
        #expect(Self.decide(stored, late: 600_000) == (runs ? .run : .pass(.notYet)))
    }

    @Test(
        arguments: [
            (nil, nil, true), (0, nil, true), (1, nil, false), (nil, 0, true), (nil, -1, false), (-1, 1, true),
            (1, 2, false), (-2, -1, false),
        ] as [(Int64?, Int64?, Bool)])
    func `a job runs from its start to its end, both included`(start: Int64?, end: Int64?, runs: Bool) {
        let stored = Self.job {
            $0.startAt = start.map { Self.occurrence.adding(milliseconds: $0) }
            $0.endAt = end.map { Self.occurrence.adding(milliseconds: $0) }
        }
        #expect(Self.decide(stored) == (runs ? .run : .pass(.outside)))
    }

    /// Late by more than a minute is a misfire; `isSuperseded`: a later occurrence was due by then as well.
    @Test(
        arguments: [
            (.skip, 60_000, false, .run), (.skip, 60_001, false, .miss), (.skip, 60_001, true, .miss),
            (.last, 60_000, true, .run), (.last, 60_001, true, .miss), (.last, 60_001, false, .run),
            (.all, 60_000, true, .run), (.all, 60_001, true, .run), (.all, 60_001, false, .run),
            (.all, 864_000_000, true, .run),
        ] as [(MisfirePolicy, Int64, Bool, DispatchDecision)])
    func `a misfire is run or recorded as the policy says`(
        policy: MisfirePolicy, late: Int64, isSuperseded: Bool, decision: DispatchDecision
    ) {
        let stored = Self.job { $0.misfire = policy }
        #expect(Self.decide(stored, late: late, isSuperseded: isSuperseded) == decision)
    }

    @Test(arguments: MisfirePolicy.allCases.filter { $0 != .skip })
    func `a misfire beyond its greatest age is recorded as missed`(policy: MisfirePolicy) {
        let stored = Self.job {
            $0.misfire = policy
            $0.misfireMaxAgeSeconds = 300
        }
        #expect(Self.decide(stored, late: 300_000) == .run)
        #expect(Self.decide(stored, late: 300_001) == .miss)
    }

    @Test func `an occurrence that is not late is no misfire, whatever the greatest age`() {
        let stored = Self.job {
            $0.misfire = .skip
            $0.misfireMaxAgeSeconds = 1
        }
        #expect(Self.decide(stored, late: 59_000) == .run)
    }

    @Test(arguments: [(0, 0), (60, 0), (61, 61), (3_600, 3_600)] as [(Int64, Int64)])
    func `a misfire that is run has its whole ttl from when it was found`(late: Int64, start: Int64) {
        #expect(DispatchDecision.ttlStart(occurrence: Self.occurrence, tickedAt: Self.at(late)) == Self.at(start))
    }
}
