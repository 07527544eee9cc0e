public import JobCore

/// `redelivery.requested`: the delivery of this pending execution is lost. The dispatcher requests it again.
public struct RedeliveryRequested: PipelineMessage, Hashable, Codable {
    public var executionID: ExecutionID
    public var jobName: JobName
    /// When the delivery was found lost.
    public var foundAt: Instant

    public init(executionID: ExecutionID, jobName: JobName, foundAt: Instant) {
        self.executionID = executionID
        self.jobName = jobName
        self.foundAt = foundAt
    }

    public var routingKey: String { RoutingKey.redeliveryRequested }
    public var messageID: String? { MessageID.redelivery(executionID, foundAt: foundAt) }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case jobName = "job"
        case foundAt = "found_at_ms"
    }
}
