import JobCore
import Testing

@Suite struct `A job as its test delivery has it` {
    private static func job(_ edit: (inout Job) -> Void = { _ in }) -> Job {
        var job = Job(
            name: JobName(service: "s", job: "j"), isEnabled: false, isExclusive: true,
            target: InvocationTarget(kind: .http, address: "https://example.com/"), payload: "p",
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 3_600, heartbeatIntervalSeconds: 40,
            headers: ["X-A": "b"], tags: ["t"], description: "d")
        edit(&job)
        return job
    }

    @Test func `keeps what its target is sent, has one attempt and a short ttl, and is not exclusive`() {
        let test = Self.job().forTest
        let expected = Self.job {
            $0.isExclusive = false
            $0.retry = RetryPolicy(maxAttempts: 1)
            ($0.timeoutSeconds, $0.ttlSeconds) = (15, 20)
            ($0.tags, $0.description) = ([], nil)
        }
        #expect(test == expected && test.forTest == test)
    }

    @Test(
        arguments: [(120, 15), (15, 15), (14, 14), (1, 1), (0, 1), (Int64.min, 1), (Int64.max, 15)] as [(Int64, Int64)])
    func `waits for an answer as long as the job does, but for 15 s at most`(seconds: Int64, expected: Int64) {
        let test = Self.job { $0.timeoutSeconds = seconds }.forTest
        #expect(test.timeoutSeconds == expected && test.ttlSeconds == expected + Job.testQueueSeconds)
    }

    @Test(arguments: [(0, 1), (40, 40), (Int64.max, 86_400)] as [(Int64, Int64)])
    func `has an interval of heartbeats that can be recorded`(seconds: Int64, expected: Int64) {
        #expect(Self.job { $0.heartbeatIntervalSeconds = seconds }.forTest.heartbeatIntervalSeconds == expected)
    }

    @Test func `becomes an execution with the trigger test, which is missed if it was requested long ago`() {
        let (id, at) = (ExecutionID.random(), Instant(secondsSinceEpoch: 1_000))
        func execution(after seconds: Int64) -> Execution {
            .test(id, of: Self.job().forTest, at: at, now: at.adding(seconds: seconds))
        }
        let prompt = execution(after: 0)
        #expect(prompt.trigger == .test && !prompt.isExclusive && prompt.id == id && prompt.occurrence == at)
        #expect(prompt.state.status == .pending && prompt.state.ttlDeadline == at.adding(seconds: 20))
        #expect(execution(after: 30).state.ttlDeadline == at.adding(seconds: 50))
        let late = execution(after: 31)
        #expect(late.state.status == .fail && late.state.reason == .missed && late.trigger == .test)
    }
}
