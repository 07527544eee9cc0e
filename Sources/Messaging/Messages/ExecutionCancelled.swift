public import JobCore

/// `execution.cancelled`: a person or a program cancelled the run.
public struct ExecutionCancelled: ExecutionReport, Hashable, Codable {
    public var executionID: ExecutionID
    public var cancelledAt: Instant

    public init(executionID: ExecutionID, cancelledAt: Instant) {
        self.executionID = executionID
        self.cancelledAt = cancelledAt
    }

    public static let kind = ReportKind.executionCancelled
    public var messageID: String? { MessageID.cancelled(executionID) }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case cancelledAt = "cancelled_at_ms"
    }
}
