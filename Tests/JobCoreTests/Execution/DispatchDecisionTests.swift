import JobCore
import Testing

@Suite struct `The decision about a due occurrence` {
    private static let occurrence = Instant(secondsSinceEpoch: 1_800_000_000)

    private static func at(_ seconds: Int64) -> Instant { occurrence.adding(seconds: seconds) }

    private static func job(_ change: (inout Job) -> Void = { _ in }) -> Job {
        var job = Job(
            name: JobName(service: "s", job: "j"),
            target: InvocationTarget(kind: .http, address: "https://example.com/"),
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)
        change(&job)
        return job
    }

    /// The job took effect an hour before, unless `effectiveAfter` says otherwise.
    private static func decide(
        _ job: Job, effectiveAfter: Instant = at(-3_600), late milliseconds: Int64 = 20, next: Instant? = nil
    ) -> DispatchDecision {
        .decide(
            job, effectiveAfter: effectiveAfter, occurrence: occurrence, nextOccurrence: next,
            judgedAt: occurrence.adding(milliseconds: milliseconds))
    }

    @Test func `an occurrence of an enabled job runs`() {
        #expect(Self.decide(Self.job()) == .run)
    }

    @Test func `an occurrence of a paused job is skipped`() {
        #expect(Self.decide(Self.job { $0.isEnabled = false }) == .skip(.paused))
        #expect(Self.decide(Self.job { $0.isEnabled = false }, late: 600_000) == .skip(.paused))
    }

    @Test(arguments: [(-1, true), (0, false), (1, false)] as [(Int64, Bool)])
    func `a job runs only after it was created, resumed or rescheduled`(after: Int64, runs: Bool) {
        let effectiveAfter = Self.occurrence.adding(milliseconds: after)
        for late in [20, 600_000] as [Int64] {
            let decision = Self.decide(Self.job(), effectiveAfter: effectiveAfter, late: late)
            #expect(decision == (runs ? .run : .skip(.notYet)))
        }
    }

    @Test(
        arguments: [
            (nil, nil, true), (0, nil, true), (1, nil, false), (nil, 0, true), (nil, -1, false), (-1, 1, true),
            (1, 2, false), (-2, -1, false),
        ] as [(Int64?, Int64?, Bool)])
    func `a job runs from its start to its end, both included`(start: Int64?, end: Int64?, runs: Bool) {
        let job = Self.job {
            $0.startAt = start.map { Self.occurrence.adding(milliseconds: $0) }
            $0.endAt = end.map { Self.occurrence.adding(milliseconds: $0) }
        }
        #expect(Self.decide(job) == (runs ? .run : .skip(.outside)))
    }

    /// Late by more than a minute is a misfire. `isSuperseded`: a later occurrence was due by then as well.
    @Test(
        arguments: [
            (.skip, 60_000, false, .run), (.skip, 60_001, false, .miss), (.skip, 60_001, true, .miss),
            (.last, 60_000, true, .run), (.last, 60_001, true, .miss), (.last, 60_001, false, .run),
            (.all, 60_000, true, .run), (.all, 60_001, true, .run), (.all, 60_001, false, .run),
            (.all, 864_000_000, true, .run),
        ] as [(MisfirePolicy, Int64, Bool, DispatchDecision)])
    func `a misfire runs or is recorded as missed, as the policy says`(
        policy: MisfirePolicy, late: Int64, isSuperseded: Bool, decision: DispatchDecision
    ) {
        let job = Self.job { $0.misfire = policy }
        let next = Self.occurrence.adding(milliseconds: isSuperseded ? late : late + 1)
        #expect(Self.decide(job, late: late, next: next) == decision)
    }

    @Test(arguments: [(60_000, .run), (60_001, .runInTurn), (864_000_000, .runInTurn)] as [(Int64, DispatchDecision)])
    func `each misfire of an exclusive job runs in turn under the policy all`(late: Int64, decision: DispatchDecision) {
        let job = Self.job {
            $0.misfire = .all
            $0.isExclusive = true
        }
        #expect(Self.decide(job, late: late) == decision)
        let execution = Execution.scheduled(
            job, at: Self.occurrence, judgedAt: Self.at(90), decision: decision, now: Self.at(95))
        #expect(execution.state.isBuffered == (decision == .runInTurn))
        #expect(execution.state.status == .pending)
    }

    @Test func `a buffered execution has its whole ttl from its release, and is due then`() {
        let execution = Execution.scheduled(
            Self.job(), at: Self.occurrence, judgedAt: Self.at(90), decision: .runInTurn, now: Self.at(95))
        #expect(execution.state.ttlDeadline > Self.at(1_000_000_000))
        let released = execution.released(at: Self.at(4_000))
        #expect(released.state.ttlDeadline == Self.at(4_060) && released.attemptDueAt == Self.at(4_000))
        #expect(released.isJustReleased && !execution.isJustReleased)
        var deferred = released
        deferred.attemptDueAt = Self.at(4_005)
        #expect(!deferred.isJustReleased, "its delivery waits in the retry ladder")
    }

    @Test(arguments: MisfirePolicy.allCases.filter { $0 != .skip })
    func `a misfire beyond its greatest age is recorded as missed`(policy: MisfirePolicy) {
        let job = Self.job {
            $0.misfire = policy
            $0.misfireMaxAgeSeconds = 300
        }
        #expect(Self.decide(job, late: 300_000) == .run)
        #expect(Self.decide(job, late: 300_001) == .miss)
    }

    @Test func `an occurrence that is not late is no misfire, whatever the greatest age`() {
        let job = Self.job {
            $0.misfire = .skip
            $0.misfireMaxAgeSeconds = 1
        }
        #expect(Self.decide(job, late: 59_000) == .run)
    }

    @Test func `the last misfire before the end of a job is not superseded by an occurrence after its end`() {
        let job = Self.job { $0.endAt = Self.at(60) }
        #expect(Self.decide(job, late: 200_000, next: Self.at(61)) == .run)
        #expect(Self.decide(job, late: 200_000, next: Self.at(60)) == .miss)
    }

    @Test(arguments: [(0, 0), (1, 0), (2, 2), (60, 60), (3_600, 3_600)] as [(Int64, Int64)])
    func `an execution that is created late has its whole ttl from then`(late: Int64, start: Int64) {
        let execution = Execution.scheduled(
            Self.job(), at: Self.occurrence, judgedAt: Self.at(late), decision: .run, now: Self.at(late + 5))
        #expect(execution.state.ttlDeadline == Self.at(start + 60))
        #expect(execution.trigger == .schedule && execution.createdAt == Self.at(late + 5))
    }

    @Test func `a requested run has the trigger manual, and a retry the trigger retry`() {
        func requested(_ retryOf: ExecutionID?) -> Execution {
            .requested(
                .random(), of: Self.job(), at: Self.occurrence, payload: nil, retryOf: retryOf, now: Self.at(1))
        }
        #expect(requested(nil).trigger == .manual && requested(.random()).trigger == .retry)
        #expect(requested(nil).schedule == "rate(1 minute)")
    }
}
