/// What to do after an attempt.
public enum DeliveryVerdict: Sendable, Equatable {
    case accept
    /// Try again after this step of the ladder.
    case retry(stepSeconds: Int64)
    case refuse

    /// 2xx accepts. No answer, 408, 425, 429 and 5xx are retried. Everything else refuses at once (redirects are not
    /// followed, as Standard Webhooks asks). No attempt is planned past the deadline or beyond the policy's attempts.
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
        case .unreachable: retryAfterSeconds = nil
        case .forbidden: return .refuse
        }
        guard attempt < policy.maxAttempts else { return .refuse }
        let wait = max(policy.backoffSeconds(afterAttempt: attempt), retryAfterSeconds ?? 0)
        guard wait <= Limits.retryWaitSecondsMax else { return .refuse }
        let step = RetryLadder.step(atLeastSeconds: wait)
        return now.adding(seconds: step) < deadline ? .retry(stepSeconds: step) : .refuse
    }
}
