public import JobCore

/// A change of one execution that the recorder writes.
public enum ExecutionChange: Sendable, Equatable {
    /// The state, the attempts, the next attempt and the outcome are written; all else stays as it was created. When an
    /// exclusive execution changes to success, it becomes its job's last success.
    case rewritten(Execution)
    /// Only a heartbeat: `firstHeartbeatAt`, `lastHeartbeatAt` and `progress` are written.
    case heartbeat(Execution)
}
