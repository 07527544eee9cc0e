import JobCore

/// The JSON of an execution. A field without a value is null, never left out.
struct ExecutionView: Encodable {
    let execution: Execution
    /// True adds the fields that a list leaves out.
    let isDetailed: Bool
    /// When its retry was created.
    var retriedAt: Instant?

    private enum CodingKeys: String, CodingKey {
        case state, payload
        case ttlSeconds = "ttl_seconds"
        case heartbeatIntervalSeconds = "heartbeat_interval_seconds"
        case deadline = "deadline_ms"
        case timeline
    }

    func encode(to encoder: any Encoder) throws {
        try ExecutionFields(execution).encode(to: encoder)
        guard isDetailed else { return }
        var body = encoder.container(keyedBy: CodingKeys.self)
        let state = execution.state
        try body.encode(execution.outcome.state, forKey: .state)
        try body.encode(execution.payload, forKey: .payload)
        try body.encode(state.ttlSeconds, forKey: .ttlSeconds)
        try body.encode(state.heartbeatIntervalSeconds, forKey: .heartbeatIntervalSeconds)
        try body.encode(state.isBuffered ? nil : state.deadline, forKey: .deadline)
        try body.encode(Timeline.entries(of: execution, retriedAt: retriedAt), forKey: .timeline)
    }
}
