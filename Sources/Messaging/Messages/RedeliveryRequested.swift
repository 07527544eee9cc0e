public import JobCore

/// `redelivery.requested`: the delivery of this pending execution is lost, or is due because the execution was buffered
/// and is released. The dispatcher requests it.
public struct RedeliveryRequested: PipelineMessage, Hashable, Codable {
    public var executionID: ExecutionID
    public var jobName: JobName
    /// When the delivery was found lost, or the execution was released.
    public var foundAt: Instant
    /// True for the first delivery of an execution that was buffered.
    public var isRelease: Bool

    public init(executionID: ExecutionID, jobName: JobName, foundAt: Instant, isRelease: Bool = false) {
        self.executionID = executionID
        self.jobName = jobName
        self.foundAt = foundAt
        self.isRelease = isRelease
    }

    public var routingKey: String { RoutingKey.redeliveryRequested }
    public var messageID: String? {
        isRelease
            ? MessageID.release(executionID, at: foundAt) : MessageID.redelivery(executionID, foundAt: foundAt)
    }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case jobName = "job"
        case foundAt = "found_at_ms"
        case isRelease = "release"
    }

    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            executionID: try body.decode(ExecutionID.self, forKey: .executionID),
            jobName: try body.decode(JobName.self, forKey: .jobName),
            foundAt: try body.decode(Instant.self, forKey: .foundAt),
            isRelease: try body.decodeIfPresent(Bool.self, forKey: .isRelease) ?? false)
    }
}
