/// The fields of an execution that everyone may see, as JSON: in a list of the API, and in events.
///
/// A field without a value is null, never left out. The payload and the state are no such fields: they are the
/// service's own.
public struct ExecutionFields: Sendable, Equatable, Encodable {
    /// The execution.
    public var execution: Execution

    public init(_ execution: Execution) {
        self.execution = execution
    }

    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case serviceName = "service_name"
        case jobName = "job_name"
        case jobGUID = "job_guid"
        case trigger, schedule
        case scheduledTime = "scheduled_time"
        case scheduledTimeMilliseconds = "scheduled_time_ms"
        case status, reason, buffered, progress
        case serviceInvokedAt = "service_invoked_at_ms"
        case finishedAt = "finished_at_ms"
        case correlationID = "correlation_id"
        case summary, error
        case retryOf = "retry_of"
        case retriedBy = "retried_by"
    }

    public func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        let state = execution.state
        try body.encode(execution.id, forKey: .executionID)
        try body.encode(execution.jobName.service, forKey: .serviceName)
        try body.encode(execution.jobName.job, forKey: .jobName)
        try body.encode(execution.jobID, forKey: .jobGUID)
        try body.encode(execution.trigger, forKey: .trigger)
        try body.encode(execution.schedule, forKey: .schedule)
        try body.encode(execution.occurrence.rfc3339, forKey: .scheduledTime)
        try body.encode(execution.occurrence, forKey: .scheduledTimeMilliseconds)
        try body.encode(state.status, forKey: .status)
        try body.encode(state.reason, forKey: .reason)
        try body.encode(state.isBuffered, forKey: .buffered)
        try body.encode(state.progress, forKey: .progress)
        try body.encode(state.invokedAt, forKey: .serviceInvokedAt)
        try body.encode(state.finishedAt, forKey: .finishedAt)
        try body.encode(execution.outcome.correlationID, forKey: .correlationID)
        try body.encode(execution.outcome.summary, forKey: .summary)
        try body.encode(execution.outcome.error, forKey: .error)
        try body.encode(execution.retryOf, forKey: .retryOf)
        try body.encode(execution.retriedBy, forKey: .retriedBy)
    }
}
