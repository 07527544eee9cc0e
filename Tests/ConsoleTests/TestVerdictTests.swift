import JobCore
import Testing

@testable import Console

@Suite struct `The verdict on a test delivery` {
    private static let now = Instant(secondsSinceEpoch: 1_900_000_000)

    private static func test(_ kind: InvocationTarget.Kind = .http) -> Execution {
        let job = Job(
            name: JobName(service: "billing", job: "reminders"),
            target: InvocationTarget(kind: kind, address: "a place"), schedule: ScheduleKey("rate(1 minute)"),
            ttlSeconds: 60)
        return .test(.random(), of: job.forTest, at: now, now: now)
    }

    /// The verdict once the courier has reported the answer to the only attempt.
    private static func verdict(_ answer: AttemptResult.Answer, _ kind: InvocationTarget.Kind) -> TestVerdict {
        let delivered = DeliveryVerdict.decide(
            answer, attempt: 1, policy: RetryPolicy(maxAttempts: 1), now: now, deadline: now.adding(seconds: 20))
        let attempt = AttemptResult(answer, latencyMilliseconds: 5, error: "the reason")
            .attempt(number: 1, at: now, target: kind, verdict: delivered)
        let transition = test(kind).applying(
            delivered == .accept ? .accepted(attempt) : .refused(attempt), id: ReportID(messageID: "a"), judgedAt: now,
            progress: LineProgress())
        return .decide(transition.execution, target: kind)
    }

    private enum Status { case stored, unprocessable, unavailable }

    private static let answers: [(AttemptResult.Answer, InvocationTarget.Kind, Status)] = [
        (.answered(statusCode: 204, retryAfterSeconds: nil), .http, .stored),
        (.answered(statusCode: 302, retryAfterSeconds: nil), .http, .unprocessable),
        (.answered(statusCode: 404, retryAfterSeconds: nil), .http, .unprocessable),
        (.answered(statusCode: 503, retryAfterSeconds: 9), .http, .unprocessable),
        (.unreachable, .http, .unprocessable), (.forbidden, .http, .unprocessable), (.unsigned, .http, .unavailable),
        (.accepted, .rabbitmq, .stored), (.refused, .rabbitmq, .unprocessable), (.busy, .rabbitmq, .unprocessable),
        (.unreachable, .rabbitmq, .unavailable), (.forbidden, .rabbitmq, .unprocessable),
        (.unsigned, .rabbitmq, .unavailable),
        (.accepted, .sqs, .stored), (.refused, .sqs, .unprocessable), (.busy, .sqs, .unavailable),
        (.unreachable, .sqs, .unavailable), (.unauthenticated(isTemporary: true), .sqs, .unavailable),
        (.unauthenticated(isTemporary: false), .sqs, .unavailable), (.forbidden, .sqs, .unprocessable),
        (.unsigned, .sqs, .unavailable),
    ]

    @Test(arguments: answers)
    private func `blames the target only for its own answer or its own address`(
        answer: AttemptResult.Answer, kind: InvocationTarget.Kind, status: Status
    ) {
        switch Self.verdict(answer, kind) {
        case .accepted: #expect(status == .stored)
        case .notAccepted(let error):
            #expect(status == .unprocessable && error.code == .notAccepted)
            #expect(error.message == "did not accept the test delivery: the reason")
        case .notTested(let error):
            #expect(status == .unavailable && error.code == .notTested)
            #expect(error.message == "could not be tested, because of the installation: the reason")
        case .notMade: Issue.record("\(answer) on \(kind) says something")
        }
    }

    @Test func `has a hint for each type of target and for each obstacle, which fits into an answer`() {
        let hints = Self.answers.compactMap { answer, kind, _ -> String? in
            switch Self.verdict(answer, kind) {
            case .notAccepted(let error), .notTested(let error): error.hint
            case .accepted, .notMade: nil
            }
        }
        #expect(hints.allSatisfy { $0.utf8.count <= 200 && $0.contains("GET /executions/") })
        #expect(Set(hints.map { $0.prefix { $0 != "G" } }).count == 6)
    }

    @Test func `waits for the end of the test, and is none if the test ended without an attempt`() {
        for status in ExecutionStatus.allCases where !status.isFinal {
            var execution = Self.test()
            execution.state.status = status
            #expect(TestVerdict.decide(execution, target: .http) == .notMade)
        }
        for reason in FailureReason.allCases where reason != .invocation {
            var execution = Self.test()
            (execution.state.status, execution.state.reason) = (.fail, reason)
            #expect(TestVerdict.decide(execution, target: .http) == .notMade)
        }
        #expect(TestVerdict.decide(nil, target: .http) == .notMade)
    }
}
