public import JobCore

/// `delivery.overdue`: an attempt of this execution was due `afterSeconds` ago or longer and did not happen, so its
/// delivery may be lost. The recorder judges it at its place.
public struct DeliveryOverdue: ExecutionReport, Hashable, Codable {
    public var executionID: ExecutionID
    public var afterSeconds: Int64
    public var noticedAt: Instant

    public init(executionID: ExecutionID, afterSeconds: Int64, noticedAt: Instant) {
        self.executionID = executionID
        self.afterSeconds = afterSeconds
        self.noticedAt = noticedAt
    }

    public static let kind = ReportKind.deliveryOverdue
    public var messageID: String? { MessageID.overdue(executionID, noticedAt: noticedAt) }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case afterSeconds = "after_s"
        case noticedAt = "noticed_at_ms"
    }

    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        executionID = try body.decode(ExecutionID.self, forKey: .executionID)
        afterSeconds = try body.decode(in: 1...Limits.ttlSecondsMax, forKey: .afterSeconds)
        noticedAt = try body.decode(Instant.self, forKey: .noticedAt)
    }
}
