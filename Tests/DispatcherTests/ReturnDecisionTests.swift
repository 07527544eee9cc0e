import JobCore
import Testing

@testable import Dispatcher

/// Guarantee: nothing is delivered after its execution has started or ended.
@Suite struct `The decision about a delivery that comes back from the retry ladder` {
    private static func execution(_ status: ExecutionStatus, attempts: [Int] = []) -> Execution {
        let now = Instant(secondsSinceEpoch: 1_800_000_000)
        let job = Job(
            name: JobName(service: "s", job: "j"),
            target: InvocationTarget(kind: .http, address: "https://example.com/"),
            schedule: ScheduleKey("rate(1 minute)"), ttlSeconds: 60)
        var execution = Execution.requested(.random(), of: job, at: now, payload: nil, retryOf: nil, now: now)
        execution.state.status = status
        execution.attempts = attempts.map { Attempt(number: $0, at: now, statusCode: 503, latencyMilliseconds: 1) }
        return execution
    }

    @Test(
        arguments: [
            ([], 1, .request), ([1], 2, .request), ([1, 2], 3, .request), ([1], 4, .request),
            ([1], 1, .drop(.superseded)), ([1, 2], 2, .drop(.superseded)), ([3], 2, .drop(.superseded)),
        ] as [([Int], Int, ReturnDecision)])
    func `an attempt is requested only while neither it nor a later one is on record`(
        onRecord: [Int], attempt: Int, decision: ReturnDecision
    ) {
        #expect(ReturnDecision.decide(attempt: attempt, of: Self.execution(.pending, attempts: onRecord)) == decision)
    }

    @Test(
        arguments: [
            (.invoked, .started), (.processing, .started), (.success, .ended), (.fail, .ended),
        ] as [(ExecutionStatus, ReturnDecision.DropReason)])
    func `no attempt is requested once the run has started or ended`(
        status: ExecutionStatus, reason: ReturnDecision.DropReason
    ) {
        #expect(ReturnDecision.decide(attempt: 2, of: Self.execution(status, attempts: [1])) == .drop(reason))
    }

    @Test func `no attempt is requested for an execution that is not on record`() {
        #expect(ReturnDecision.decide(attempt: 1, of: nil) == .drop(.unknown))
    }
}
