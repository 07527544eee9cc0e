public import JobCore

/// One write of the recorder.
public enum ExecutionChange: Sendable, Equatable {
    /// The state, attempts, next attempt and outcome are now these; the rest was said when it was created and stays.
    /// The move to success of an exclusive execution makes it its job's last success.
    case rewritten(Execution)
    /// Only a heartbeat: `lastHeartbeatAt`, `firstHeartbeatAt` and `progress` changed, and only they are written.
    case heartbeat(Execution)
}
