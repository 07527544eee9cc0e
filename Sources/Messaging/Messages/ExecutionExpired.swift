public import JobCore

/// `execution.expired`: a deadline has passed.
public struct ExecutionExpired: ExecutionReport, Hashable, Codable {
    public var executionID: ExecutionID
    public var expiry: Expiry
    public var noticedAt: Instant

    public init(executionID: ExecutionID, expiry: Expiry, noticedAt: Instant) {
        self.executionID = executionID
        self.expiry = expiry
        self.noticedAt = noticedAt
    }

    public static let kind = ReportKind.executionExpired
    public var messageID: String? { MessageID.expired(executionID, expiry, noticedAt: noticedAt) }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case expiry = "deadline"
        case noticedAt = "noticed_at_ms"
    }
}
