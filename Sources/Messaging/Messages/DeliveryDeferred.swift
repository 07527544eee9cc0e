public import JobCore

/// `delivery.deferred`: the delivery waits in the retry ladder, for its next attempt or for a busy target.
public struct DeliveryDeferred: ExecutionReport, Hashable, Codable {
    public var executionID: ExecutionID
    public var cause: Deferral.Cause
    public var nextAttemptAt: Instant

    public init(executionID: ExecutionID, cause: Deferral.Cause, nextAttemptAt: Instant) {
        self.executionID = executionID
        self.cause = cause
        self.nextAttemptAt = nextAttemptAt
    }

    public static let kind = ReportKind.deliveryDeferred

    public var messageID: String? {
        switch cause {
        case .failed(let attempt): MessageID.attempt(executionID, attempt.number, Self.kind.rawValue)
        case .busy(let attempt, let count, _): MessageID.deferral(executionID, attempt: attempt, count: count)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case attempt
        case nextAttempt = "next_attempt"
        case deferrals
        case deferredAt = "deferred_at_ms"
        case nextAttemptAt = "next_attempt_at_ms"
    }

    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        executionID = try body.decode(ExecutionID.self, forKey: .executionID)
        nextAttemptAt = try body.decode(Instant.self, forKey: .nextAttemptAt)
        if let attempt = try body.decodeIfPresent(Attempt.self, forKey: .attempt) {
            cause = .failed(attempt)
        } else {
            let attempt = try body.decode(in: 1...1_000, forKey: .nextAttempt)
            let count = try body.decode(in: 1...1_000_000, forKey: .deferrals)
            // A courier of an earlier version does not say when.
            let at = try body.decodeIfPresent(Instant.self, forKey: .deferredAt)
            cause = .busy(attempt: Int(attempt), count: Int(count), at: at ?? nextAttemptAt)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        try body.encode(executionID, forKey: .executionID)
        switch cause {
        case .failed(let attempt): try body.encode(attempt, forKey: .attempt)
        case .busy(let attempt, let count, let at):
            try body.encode(attempt, forKey: .nextAttempt)
            try body.encode(count, forKey: .deferrals)
            try body.encode(at, forKey: .deferredAt)
        }
        try body.encode(nextAttemptAt, forKey: .nextAttemptAt)
    }
}
