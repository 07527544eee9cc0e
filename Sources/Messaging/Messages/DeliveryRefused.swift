public import JobCore

/// `delivery.refused`: the service could not be invoked, and no attempt follows.
public struct DeliveryRefused: PipelineMessage, Hashable, Codable {
    public var executionID: ExecutionID
    public var attempt: Attempt

    public init(executionID: ExecutionID, attempt: Attempt) {
        self.executionID = executionID
        self.attempt = attempt
    }

    public var routingKey: String { RoutingKey.deliveryRefused }
    public var messageID: String? { MessageID.attempt(executionID, attempt.number, RoutingKey.deliveryRefused) }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case attempt
    }
}
