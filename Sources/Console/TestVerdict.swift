import JobCore

/// What the end of a test delivery says about the job that is put. Pure.
enum TestVerdict: Equatable {
    /// The target has accepted it: the job is stored.
    case accepted
    /// The target has not accepted it: the job is refused.
    case notAccepted(FieldError)
    /// It was not made, or not in time. That says nothing about the target.
    case notMade

    /// Decides by the record; nil if there is none yet.
    static func decide(_ execution: Execution?) -> TestVerdict {
        guard let execution else { return .notMade }
        switch (execution.state.status, execution.state.reason) {
        case (.success, _): return .accepted
        case (.fail, .invocation):
            let answer = execution.attempts.last?.error ?? "there was no answer"
            return .notAccepted(
                FieldError(
                    field: "/invocation_target", code: .notAccepted,
                    message: "did not accept the test delivery: \(answer)",
                    hint: "Let it answer a body with \"test\": true with a status of 2xx. "
                        + "GET /executions/\(execution.id) shows more."))
        case (.fail, _), (.pending, _), (.invoked, _), (.processing, _): return .notMade
        }
    }
}
