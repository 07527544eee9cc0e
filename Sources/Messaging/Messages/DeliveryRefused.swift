public import JobCore

/// `delivery.refused`: the service could not be invoked, and no attempt follows.
public struct DeliveryRefused: ExecutionReport, Hashable, Codable {
    public var executionID: ExecutionID
    public var attempt: Attempt

    public init(executionID: ExecutionID, attempt: Attempt) {
        self.executionID = executionID
        self.attempt = attempt
    }

    public static let kind = ReportKind.deliveryRefused
    public var messageID: String? { MessageID.attempt(executionID, attempt.number, Self.kind.rawValue) }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case attempt
    }
}
