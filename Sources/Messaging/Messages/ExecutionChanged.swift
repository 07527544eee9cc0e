public import JobCore

/// `execution.started`, `.progressed`, `.finished`: an event for subscribers.
public struct ExecutionChanged: PipelineMessage, Equatable {
    public var event: ExecutionEvent
    /// The execution after the change.
    public var execution: Execution

    public init(_ event: ExecutionEvent, of execution: Execution) {
        self.event = event
        self.execution = execution
    }

    public static var exchange: Exchange { .events }
    public static var isMandatory: Bool { false }

    public var routingKey: String {
        switch event {
        case .started: RoutingKey.executionStarted
        case .progressed: RoutingKey.executionProgressed
        case .finished: RoutingKey.executionFinished
        }
    }

    public var messageID: String? { MessageID.event(event, of: execution) }

    public var body: [UInt8] {
        MessageCoder.encoded(
            Content(
                executionID: execution.id, jobName: execution.jobName, trigger: execution.trigger,
                occurrence: execution.occurrence, status: execution.state.status, reason: execution.state.reason,
                progress: execution.state.progress,
                summary: execution.outcome.summary, correlationID: execution.outcome.correlationID))
    }

    /// The body of the event, as subscribers read it.
    public struct Content: Sendable, Hashable, Codable {
        public var executionID: ExecutionID
        public var jobName: JobName
        /// Why the execution exists. Nil in an event of a release that did not say it yet.
        public var trigger: Trigger?
        public var occurrence: Instant
        public var status: ExecutionStatus
        public var reason: FailureReason?
        /// 0 to 100.
        public var progress: Int?
        public var summary: String?
        public var correlationID: String?

        private enum CodingKeys: String, CodingKey {
            case executionID = "execution_id"
            case jobName = "job"
            case trigger
            case occurrence = "occurrence_ms"
            case status, reason, progress, summary
            case correlationID = "correlation_id"
        }
    }
}
