public import JobCore

/// `run.requested`: run this job now. A person or a program asked for it.
public struct RunRequested: PipelineMessage, Hashable, Codable {
    /// The id that the new execution gets; the same request twice is the same execution.
    public var executionID: ExecutionID
    public var jobName: JobName
    public var requestedAt: Instant
    /// In place of the job's own payload.
    public var payload: String?
    /// The execution that this one retries.
    public var retryOf: ExecutionID?

    public init(
        executionID: ExecutionID, jobName: JobName, requestedAt: Instant, payload: String? = nil,
        retryOf: ExecutionID? = nil
    ) {
        self.executionID = executionID
        self.jobName = jobName
        self.requestedAt = requestedAt
        self.payload = payload
        self.retryOf = retryOf
    }

    public var routingKey: String { RoutingKey.runRequested }
    public var messageID: String? { MessageID.runRequested(executionID) }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case jobName = "job"
        case requestedAt = "requested_at_ms"
        case payload
        case retryOf = "retry_of"
    }
}
