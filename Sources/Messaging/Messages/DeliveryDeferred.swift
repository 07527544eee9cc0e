public import JobCore

/// `delivery.deferred`: the delivery waits in the retry ladder, for its next attempt or for a busy target.
public struct DeliveryDeferred: ExecutionReport, Hashable, Codable {
    /// Why the delivery waits.
    public enum Cause: Sendable, Hashable {
        /// This attempt failed, and another one follows.
        case failed(Attempt)
        /// The delivery waits for the `count`th time before this attempt, mostly because the target is busy; no attempt
        /// was made.
        case busy(attempt: Int, count: Int)
    }

    public var executionID: ExecutionID
    public var cause: Cause
    public var nextAttemptAt: Instant

    public init(executionID: ExecutionID, cause: Cause, nextAttemptAt: Instant) {
        self.executionID = executionID
        self.cause = cause
        self.nextAttemptAt = nextAttemptAt
    }

    public static let kind = ReportKind.deliveryDeferred

    public var messageID: String? {
        switch cause {
        case .failed(let attempt): MessageID.attempt(executionID, attempt.number, Self.kind.rawValue)
        case .busy(let attempt, let count): MessageID.deferral(executionID, attempt: attempt, count: count)
        }
    }

    /// The attempt that failed; nil when no attempt was made.
    public var attempt: Attempt? {
        if case .failed(let attempt) = cause { attempt } else { nil }
    }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case attempt
        case nextAttempt = "next_attempt"
        case deferrals
        case nextAttemptAt = "next_attempt_at_ms"
    }

    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        executionID = try body.decode(ExecutionID.self, forKey: .executionID)
        if let attempt = try body.decodeIfPresent(Attempt.self, forKey: .attempt) {
            cause = .failed(attempt)
        } else {
            let attempt = try body.decode(in: 1...1_000, forKey: .nextAttempt)
            let count = try body.decode(in: 1...1_000_000, forKey: .deferrals)
            cause = .busy(attempt: Int(attempt), count: Int(count))
        }
        nextAttemptAt = try body.decode(Instant.self, forKey: .nextAttemptAt)
    }

    public func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        try body.encode(executionID, forKey: .executionID)
        switch cause {
        case .failed(let attempt): try body.encode(attempt, forKey: .attempt)
        case .busy(let attempt, let count):
            try body.encode(attempt, forKey: .nextAttempt)
            try body.encode(count, forKey: .deferrals)
        }
        try body.encode(nextAttemptAt, forKey: .nextAttemptAt)
    }
}
