/// The status of an execution: `pending → invoked → processing → success | fail`.
public enum ExecutionStatus: String, Sendable, Codable, CaseIterable {
    /// Created; no attempt has been accepted yet. Moves to `invoked` when the service accepts an attempt, to
    /// `processing`, `success` or `fail` when a callback comes first, to `fail` when the delivery is refused, the ttl
    /// passes or somebody cancels.
    case pending
    /// The service accepted the invocation. Moves to `processing` with the first heartbeat, and to `success` or `fail`.
    case invoked
    /// The service has sent a heartbeat. Moves to `success` or `fail`.
    case processing
    /// The service reported success. Final.
    case success
    /// The execution failed, for a `FailureReason`. Final.
    case fail

    /// True when no report moves the execution any more.
    public var isFinal: Bool { self == .success || self == .fail }
}
