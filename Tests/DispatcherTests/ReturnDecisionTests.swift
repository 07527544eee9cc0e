import JobCore
import Testing

@testable import Dispatcher

/// Guarantee: nothing is delivered after its execution has started or ended.
@Suite struct `The decision about a delivery that comes back from the retry ladder` {
    private static let now = Instant(secondsSinceEpoch: 1_800_000_000)

    private static func decide(_ attempt: Int, of execution: Execution?, after seconds: Int64 = 0) -> ReturnDecision {
        ReturnDecision.decide(attempt: attempt, of: execution, now: now.adding(seconds: seconds))
    }

    private static func execution(_ status: ExecutionStatus, attempts: [Int] = []) -> Execution {
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
            ([], 1, nil), ([1], 2, nil), ([1, 2], 3, nil), ([1], 4, nil), ([1], 1, .superseded),
            ([1, 2], 2, .superseded), ([3], 2, .superseded),
        ] as [([Int], Int, ReturnDecision.DropReason?)])
    func `an attempt is requested only while neither it nor a later one is on record`(
        onRecord: [Int], attempt: Int, reason: ReturnDecision.DropReason?
    ) {
        let decision = Self.decide(attempt, of: Self.execution(.pending, attempts: onRecord))
        #expect(decision == reason.map { .drop($0) } ?? .request(deadline: Self.now.adding(seconds: 60)))
    }

    @Test func `the ttl of a run that could not be delivered until now begins now, and otherwise it goes on`() {
        let untried = Self.execution(.pending)
        #expect(Self.decide(1, of: untried, after: 59) == .request(deadline: Self.now.adding(seconds: 119)))
        #expect(Self.decide(1, of: untried, after: 900) == .request(deadline: Self.now.adding(seconds: 960)))
        let tried = Self.execution(.pending, attempts: [1])
        #expect(Self.decide(2, of: tried, after: 59) == .request(deadline: Self.now.adding(seconds: 60)))
        #expect(Self.decide(2, of: tried, after: 60) == .drop(.tooLate))
        var test = untried
        test.trigger = .test
        #expect(Self.decide(1, of: test, after: 59) == .request(deadline: Self.now.adding(seconds: 60)))
        #expect(Self.decide(1, of: test, after: 60) == .drop(.tooLate))
    }

    @Test(
        arguments: [
            (.invoked, .started), (.processing, .started), (.success, .ended), (.fail, .ended),
        ] as [(ExecutionStatus, ReturnDecision.DropReason)])
    func `no attempt is requested once the run has started or ended`(
        status: ExecutionStatus, reason: ReturnDecision.DropReason
    ) {
        #expect(Self.decide(2, of: Self.execution(status, attempts: [1])) == .drop(reason))
    }

    @Test func `no attempt is requested while the run waits for the end of another one`() {
        #expect(Self.decide(1, of: Self.execution(.pending).buffered()) == .drop(.buffered))
    }

    @Test func `no attempt is requested for an execution that is not on record`() {
        #expect(Self.decide(1, of: nil) == .drop(.unknown))
    }
}
