public import JobCore

/// `delivery.accepted`: the service accepted the invocation.
public struct DeliveryAccepted: PipelineMessage, Hashable, Codable {
    public var executionID: ExecutionID
    public var attempt: Attempt

    public init(executionID: ExecutionID, attempt: Attempt) {
        self.executionID = executionID
        self.attempt = attempt
    }

    public var routingKey: String { RoutingKey.deliveryAccepted }
    public var messageID: String? { MessageID.attempt(executionID, attempt.number, RoutingKey.deliveryAccepted) }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case attempt
    }
}
