import JobCore
import Messaging
import Testing

@testable import Dispatcher

/// Guarantee: nothing is delivered after its end, and no replay vanishes.
@Suite struct `The decision about a replayed delivery` {
    private static let now = Instant(secondsSinceEpoch: 1_800_000_000)
    private static let job = Job(
        name: JobName(service: "s", job: "j"),
        target: InvocationTarget(kind: .http, address: "https://example.com/"),
        schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)

    private static func decide(
        _ execution: Execution?, attempt: Int = 1, refused: Int? = nil, after seconds: Int64 = 0
    ) -> ReplayDecision {
        var delivery = DeliveryRequested(
            executionID: execution?.id ?? .random(), jobName: job.name, occurrence: now, attempt: attempt,
            target: job.target, headers: [:], payload: nil, schedule: "", ttlSeconds: 60,
            heartbeatIntervalSeconds: 30, timeoutSeconds: 15, retry: RetryPolicy(), deadline: now, lastSuccess: nil,
            isExclusive: false, retryOf: nil)
        delivery.replays = Replays(count: 1, refusedAttempt: refused)
        return ReplayDecision.decide(delivery, of: execution, now: now.adding(seconds: seconds))
    }

    private static func execution(_ status: ExecutionStatus, attempts: [Int] = [], trigger: Trigger = .manual)
        -> Execution
    {
        var execution = Execution.requested(.random(), of: job, at: now, payload: nil, retryOf: nil, now: now)
        execution.state.status = status
        execution.trigger = trigger
        execution.attempts = attempts.map { Attempt(number: $0, at: now, statusCode: 503, latencyMilliseconds: 1) }
        return execution
    }

    private static let request = ReplayDecision.deliver(.request(deadline: now.adding(seconds: 60)))

    @Test(
        arguments: [
            (.fail, .retry), (.success, .deliver(.drop(.ended))), (.invoked, .deliver(.drop(.started))),
            (.processing, .deliver(.drop(.started))), (.pending, request),
        ] as [(ExecutionStatus, ReplayDecision)])
    func `a run that has failed is retried, one that goes on or has succeeded is not`(
        status: ExecutionStatus, decision: ReplayDecision
    ) {
        #expect(Self.decide(Self.execution(status)) == decision)
        let refused = Self.decide(Self.execution(status), refused: 1)
        #expect(refused == (status == .pending ? .wait : decision), "a refusal ends the run, once it is on record")
    }

    @Test func `a run whose execution is not on record is unknown`() {
        #expect(Self.decide(nil) == .unknown)
    }

    @Test(
        arguments: [
            ([], 1, 2, request), ([1], 2, 2, .wait), ([1], 1, nil, .deliver(.drop(.superseded))),
            ([1], 1, 1, .deliver(.drop(.superseded))),
        ] as [([Int], Int, Int?, ReplayDecision)])
    func `a pending run is waited for only while the refusal of this attempt is not on record`(
        onRecord: [Int], attempt: Int, refused: Int?, decision: ReplayDecision
    ) {
        #expect(
            Self.decide(Self.execution(.pending, attempts: onRecord), attempt: attempt, refused: refused) == decision)
    }

    @Test func `a run that is about to end with its ttl is waited for`() {
        #expect(Self.decide(Self.execution(.pending, attempts: [1]), attempt: 2, after: 60) == .wait)
    }

    @Test func `nobody waits for a test, and it is not retried`() {
        #expect(Self.decide(Self.execution(.fail, trigger: .test)) == .deliver(.drop(.ended)))
        #expect(Self.decide(Self.execution(.pending, trigger: .test), after: 60) == .deliver(.drop(.tooLate)))
    }

    @Test func `a run that waits for the end of another one is not delivered`() {
        #expect(Self.decide(Self.execution(.pending).buffered()) == .deliver(.drop(.buffered)))
    }
}
