public import JobCore

/// `run.requested`: a person or a program requested a run of this job, now.
public struct RunRequested: PipelineMessage, Hashable, Codable {
    /// The id of the new execution. The same request twice leads to the same execution.
    public var executionID: ExecutionID
    public var jobName: JobName
    public var requestedAt: Instant
    /// Replaces the job's payload for this run.
    public var payload: String?
    /// The execution that the new execution retries.
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
