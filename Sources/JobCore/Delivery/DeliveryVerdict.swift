/// The decision after an attempt of a delivery.
public enum DeliveryVerdict: Sendable, Equatable {
    /// The service has accepted the invocation.
    case accept
    /// The delivery is tried again after this step of the retry ladder.
    case retry(stepSeconds: Int64)
    /// The delivery has failed, and with it the execution.
    case refuse

    /// Decides what happens after an attempt.
    ///
    /// A status of 2xx accepts. No answer, 408, 425, 429 and 5xx lead to another attempt. Anything else refuses at
    /// once, redirects included: Standard Webhooks 1.0.0 asks not to follow them. There is no other attempt at or after
    /// the deadline, and none beyond the number of attempts in the policy.
    ///
    /// - Parameters:
    ///   - attempt: the number of the attempt; 1 is the first.
    public static func decide(
        _ answer: AttemptResult.Answer, attempt: Int, policy: RetryPolicy, now: Instant, deadline: Instant
    ) -> DeliveryVerdict {
        let retryAfterSeconds: Int64?
        switch answer {
        case .answered(let statusCode, let after):
            switch statusCode {
            case 200..<300: return .accept
            case 408, 425, 429, 500..<600: retryAfterSeconds = after
            default: return .refuse
            }
        case .accepted: return .accept
        case .unreachable, .busy, .unsigned, .unauthenticated(isTemporary: true): retryAfterSeconds = nil
        case .refused, .forbidden, .unauthenticated(isTemporary: false): return .refuse
        }
        guard attempt < policy.maxAttempts else { return .refuse }
        let wait = max(policy.backoffSeconds(afterAttempt: attempt), retryAfterSeconds ?? 0)
        guard wait <= Limits.retryWaitSecondsMax else { return .refuse }
        let step = RetryLadder.step(atLeastSeconds: wait)
        return now.adding(seconds: step) < deadline ? .retry(stepSeconds: step) : .refuse
    }
}
