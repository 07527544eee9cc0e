import JobCore
import Testing

/// What an operator's pause covers.
struct JobPauseTests {
    private static let start = Instant(millisecondsSinceEpoch: 1_800_000_000_000)
    private static let job = Job(
        name: JobName(service: "billing", job: "remind"),
        target: InvocationTarget(kind: .http, address: "https://example.com/"), schedule: ScheduleKey("rate(1 minute)"),
        ttlSeconds: 60, tags: ["nightly", "slow"])

    /// The end by itself, the end by a person, and the seconds after the beginning that are within.
    private static let ends: [(until: Int64?, ended: Int64?, within: Range<Int64>)] = [
        (nil, nil, 0..<1_000_000), (60, nil, 0..<60), (nil, 30, 0..<30), (60, 30, 0..<30), (60, 90, 0..<60),
        (60, 0, 0..<0),
    ]

    @Test(arguments: ends)
    func `a pause covers the instants from its beginning to the earlier of its two ends`(
        until: Int64?, ended: Int64?, within: Range<Int64>
    ) {
        let pause = JobPause(
            .service("billing"), begunAt: Self.start, until: until.map(Self.start.adding(seconds:)), by: "ops",
            endedAt: ended.map(Self.start.adding(seconds:)))
        for second in [-1, 0, 29, 30, 59, 60, 89, 90, 999_999] as [Int64] {
            #expect(pause.covers(Self.start.adding(seconds: second)) == within.contains(second), "\(second) s")
        }
    }

    private static let subjects: [(JobPause.Subject, Bool)] = [
        (.job(job.name), true), (.job(JobName(service: "billing", job: "other")), false), (.service("billing"), true),
        (.service("other"), false), (.tag("slow"), true), (.tag("Slow"), false),
    ]

    @Test(arguments: subjects)
    func `a pause concerns the job, the jobs of the service, or the jobs with the tag`(
        subject: JobPause.Subject, concerns: Bool
    ) {
        #expect(JobPause(subject, begunAt: Self.start, by: "ops").concerns(Self.job) == concerns)
    }

    @Test(arguments: [(-61, true), (-60, false), (-1, false), (0, false), (59, false), (60, true)] as [(Int64, Bool)])
    func `an occurrence within an operator's pause is skipped, however late it is handled, and no other is`(
        second: Int64, runs: Bool
    ) {
        let pauses = [
            JobPause(.tag("slow"), begunAt: Self.start.adding(seconds: -60), until: Self.start, by: "ops"),
            JobPause(.job(Self.job.name), begunAt: Self.start, by: "ops", endedAt: Self.start.adding(seconds: 60)),
        ]
        let occurrence = Self.start.adding(seconds: second)
        for lateness in [0, 30, 59] as [Int64] {
            let decision = DispatchDecision.decide(
                Self.job, effectiveAfter: Self.start.adding(seconds: -3_600), pauses: pauses, occurrence: occurrence,
                nextOccurrence: nil, judgedAt: occurrence.adding(seconds: lateness))
            #expect(decision == (runs ? .run : .skip(.operatorPause)))
        }
    }
}
