public import JobCore

/// `redelivery.requested`: an attempt of this execution is overdue, so its delivery may be lost. The dispatcher looks
/// the execution up, and requests the delivery again if the execution is still pending.
public struct RedeliveryRequested: PipelineMessage, Hashable, Codable {
    public var executionID: ExecutionID
    public var jobName: JobName
    public var foundAt: Instant

    public init(executionID: ExecutionID, jobName: JobName, foundAt: Instant) {
        self.executionID = executionID
        self.jobName = jobName
        self.foundAt = foundAt
    }

    public var routingKey: String { RoutingKey.redeliveryRequested }
    public var messageID: String? { MessageID.redeliveryRequested(executionID, foundAt: foundAt) }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case jobName = "job"
        case foundAt = "found_at_ms"
    }
}
