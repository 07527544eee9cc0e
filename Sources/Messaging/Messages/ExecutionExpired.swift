public import JobCore

/// `execution.expired`: a deadline has passed.
public struct ExecutionExpired: PipelineMessage, Hashable, Codable {
    public var executionID: ExecutionID
    public var expiry: Expiry
    public var noticedAt: Instant

    public init(executionID: ExecutionID, expiry: Expiry, noticedAt: Instant) {
        self.executionID = executionID
        self.expiry = expiry
        self.noticedAt = noticedAt
    }

    public var routingKey: String { RoutingKey.executionExpired }
    public var messageID: String? { MessageID.expired(executionID, expiry, noticedAt: noticedAt) }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case expiry = "deadline"
        case noticedAt = "noticed_at_ms"
    }
}
