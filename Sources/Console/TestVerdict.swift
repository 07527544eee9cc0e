import JobCore

/// What the end of a test delivery says about the job that is put. Pure.
enum TestVerdict: Equatable {
    /// The target has accepted it: the job is stored.
    case accepted
    /// The target has not accepted it: the job is refused.
    case notAccepted(FieldError)
    /// The installation lacked something for it, which says nothing about the target.
    case notTested(FieldError)
    /// It was not made, or not in time. That says nothing about the target.
    case notMade

    /// Decides by the record; nil if there is none yet.
    static func decide(_ execution: Execution?, target kind: InvocationTarget.Kind) -> TestVerdict {
        guard let execution else { return .notMade }
        switch (execution.state.status, execution.state.reason) {
        case (.success, _): return .accepted
        case (.fail, .invocation):
            let attempt = execution.attempts.last
            let answer = attempt?.error ?? "there was no answer"
            let more = "GET /executions/\(execution.id) shows more."
            guard let obstacle = attempt?.obstacle else {
                return .notAccepted(
                    FieldError(
                        field: "/invocation_target", code: .notAccepted,
                        message: "did not accept the test delivery: \(answer)",
                        hint: "\(hint(for: kind)) \(more)"))
            }
            return .notTested(
                FieldError(
                    field: "/invocation_target", code: .notTested,
                    message: "could not be tested, because of the installation: \(answer)",
                    hint: "\(hint(for: obstacle)) \(more)"))
        case (.fail, _), (.pending, _), (.invoked, _), (.processing, _): return .notMade
        }
    }

    private static func hint(for kind: InvocationTarget.Kind) -> String {
        switch kind {
        case .http: "Let it answer a body with \"test\": true with a status of 2xx."
        case .rabbitmq, .sqs: "Give a queue that exists, that Belfry may write to, and that takes this message."
        }
    }

    private static func hint(for obstacle: Attempt.Obstacle) -> String {
        switch obstacle {
        case .serviceBroker: "Send the same request again when the service broker takes messages."
        case .sqs: "Send the same request again when SQS answers. If it never does, check the region in the URL."
        case .awsCredentials: "Have an operator check the AWS credentials of courierd, then send it again."
        case .serviceSecret: "Have an operator check the signing keys of courierd, then send it again."
        }
    }
}
