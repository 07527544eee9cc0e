public import JobCore

/// `delivery.accepted`: the service accepted the invocation.
public struct DeliveryAccepted: ExecutionReport, Hashable, Codable {
    public var executionID: ExecutionID
    public var attempt: Attempt

    public init(executionID: ExecutionID, attempt: Attempt) {
        self.executionID = executionID
        self.attempt = attempt
    }

    public static let kind = ReportKind.deliveryAccepted
    public var messageID: String? { MessageID.attempt(executionID, attempt.number, Self.kind.rawValue) }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case attempt
    }
}
