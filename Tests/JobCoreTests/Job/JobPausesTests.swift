import JobCore
import Testing

/// The pauses of one job among many, and the occurrences that they leave.
struct JobPausesTests {
    private static let start = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let job = Job(
        name: JobName(service: "billing", job: "remind"),
        target: InvocationTarget(kind: .http, address: "https://example.com/"), schedule: ScheduleKey("rate(1 minute)"),
        ttlSeconds: 60, tags: ["nightly", "slow", "nightly"])

    private static func at(_ seconds: Int64) -> Instant { start.adding(seconds: seconds) }

    private static func pause(
        _ subject: JobPause.Subject = .tag("nightly"), from begin: Int64 = 0, until end: Int64? = nil,
        ended: Int64? = nil
    ) -> JobPause {
        JobPause(subject, begunAt: at(begin), until: end.map(at), by: "ops", endedAt: ended.map(at))
    }

    @Test func `the pauses that concern a job are found among those of others, each once`() {
        let own = [
            Self.pause(.job(Self.job.name)), Self.pause(.service("billing")), Self.pause(.tag("nightly")),
            Self.pause(.tag("slow")),
        ]
        let others = [
            Self.pause(.job(JobName(service: "billing", job: "x"))), Self.pause(.service("mail")),
            Self.pause(.tag("x")),
            // A job, a service and a tag may have the same name.
            Self.pause(.tag("billing")), Self.pause(.service("nightly")),
        ]
        #expect(JobPauses(others + own.reversed()).concerning(Self.job) == own)
        #expect(JobPauses(others).concerning(Self.job).isEmpty && JobPauses([]).concerning(Self.job).isEmpty)
    }

    private static let lasts: [([JobPause], JobPause?)] = [
        ([], nil),
        ([pause(until: 10)], nil),
        ([pause(.job(job.name), until: 30), pause(until: 60)], pause(until: 60)),
        ([pause(.job(job.name), until: 30), pause(until: 60, ended: 25)], pause(.job(job.name), until: 30)),
        ([pause(.job(job.name), until: 30), pause(.service("billing"))], pause(.service("billing"))),
        ([pause(.tag("slow")), pause(.service("billing"))], pause(.service("billing"))),
        ([pause(.service("mail")), pause(.tag("x"), until: 99)], nil),
    ]

    @Test(arguments: lasts)
    func `the pause that a job shows is the one in force that ends last`(pauses: [JobPause], last: JobPause?) {
        #expect(JobPauses(pauses).last(of: Self.job, at: Self.at(20)) == last)
    }

    /// The next minute after second 30, in seconds after the start, which is a whole minute.
    private static let nexts: [([JobPause], Int64?)] = [
        ([], 60), ([pause()], nil), ([pause(until: 60)], 60), ([pause(until: 61)], 120),
        ([pause(until: 600, ended: 60)], 60), ([pause(from: 90)], 60), ([pause(from: 60, until: 90)], 120),
        // One pause leads into the next, in whatever order they come.
        ([pause(.tag("slow"), from: 180, until: 200), pause(from: 120, until: 181), pause(from: 0, until: 120)], 240),
        ([pause(from: 0, until: 300), pause(.tag("slow"), from: 60, until: 90)], 300),
        ([pause(from: 0, until: 90), pause(.tag("slow"), from: 100)], nil),
        ([pause(from: 0, until: 90), pause(.tag("slow"), from: 121)], 120),
    ]

    @Test(arguments: nexts)
    func `the next occurrence is the first that no pause covers, if the end of the pauses is known`(
        pauses: [JobPause], next: Int64?
    ) throws {
        let schedule = try Self.job.schedule.parsed()
        #expect(schedule.next(after: Self.at(30), outside: pauses) == next.map(Self.at))
        #expect(schedule.next(after: Self.at(30), outside: pauses.reversed()) == next.map(Self.at))
    }

    @Test func `a schedule that never occurs again has no next occurrence after a pause`() throws {
        let schedule = try Schedule("at(2027-01-15T08:01:00)")
        #expect(schedule.next(after: Self.start, outside: [Self.pause(until: 61)]) == nil)
        #expect(schedule.next(after: Self.start, outside: [Self.pause(until: 60)]) == Self.at(60))
    }
}
