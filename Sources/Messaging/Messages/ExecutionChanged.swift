public import JobCore

/// `execution.created`, `.started`, `.progressed`, `.finished`: an event for subscribers.
public struct ExecutionChanged: EventMessage, Equatable {
    public let event: ExecutionEvent
    /// The execution as it is on record. In an event that is published again it may have changed since.
    public let execution: Execution
    public let occurredAt: Instant

    /// `heartbeatAt` is when the heartbeat was received that an event `progressed` is about; without it, the latest.
    public init(_ event: ExecutionEvent, of execution: Execution, heartbeatAt: Instant? = nil) {
        self.event = event
        self.execution = execution
        let state = execution.state
        let changedAt =
            switch event {
            case .created: execution.createdAt
            case .started: state.invokedAt
            case .progressed: heartbeatAt ?? state.lastHeartbeatAt
            case .finished: state.finishedAt
            }
        occurredAt = changedAt ?? execution.createdAt
    }

    public var type: String {
        switch event {
        case .created: RoutingKey.executionCreated
        case .started: RoutingKey.executionStarted
        case .progressed: RoutingKey.executionProgressed
        case .finished: RoutingKey.executionFinished
        }
    }

    public var jobName: JobName { execution.jobName }
    public var messageID: String? { MessageID.event(event, of: execution.id, at: occurredAt) }
    public var body: [UInt8] { MessageCoder.encoded(Content(event: self)) }

    private struct Content: Encodable {
        let event: ExecutionChanged

        private enum CodingKeys: String, CodingKey { case execution }

        func encode(to encoder: any Encoder) throws {
            try EventHead(event: event).encode(to: encoder)
            var body = encoder.container(keyedBy: CodingKeys.self)
            try body.encode(ExecutionFields(event.execution), forKey: .execution)
        }
    }
}
