public import JobCore

/// `run.requested`: a person or a program requested a run of this job, now, or a test of its target.
public struct RunRequested: PipelineMessage, Equatable, Codable {
    /// The id of the new execution. The same request twice leads to the same execution.
    public var executionID: ExecutionID
    public var jobName: JobName
    public var requestedAt: Instant
    /// Replaces the job's payload for this run.
    public var payload: String?
    /// The execution that the new execution retries.
    public var retryOf: ExecutionID?
    /// The job whose target is tested, `Job.forTest`. It may not be on record, or differ from what is. Nil for a run.
    public var test: Job?

    public init(
        executionID: ExecutionID, jobName: JobName, requestedAt: Instant, payload: String? = nil,
        retryOf: ExecutionID? = nil, test: Job? = nil
    ) {
        self.executionID = executionID
        self.jobName = jobName
        self.requestedAt = requestedAt
        self.payload = payload
        self.retryOf = retryOf
        self.test = test
    }

    public var routingKey: String { RoutingKey.runRequested }
    public var messageID: String? { MessageID.runRequested(executionID) }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case jobName = "job"
        case requestedAt = "requested_at_ms"
        case payload
        case retryOf = "retry_of"
        case test
    }
}
