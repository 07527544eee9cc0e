/// Why an execution failed.
public enum FailureReason: String, Sendable, Codable, CaseIterable {
    /// The service reported the failure.
    case reported
    /// The service could not be invoked.
    case invocation
    /// No heartbeat came for `ExecutionState.silentIntervalsMax` heartbeat intervals.
    case heartbeat
    /// The run took longer than its ttl.
    case ttl
    /// The job is exclusive and an earlier run was still going.
    case locked
    /// The occurrence was handled too late, and the misfire policy does not run it.
    case missed
    /// A person or a program cancelled the run.
    case cancelled
}
