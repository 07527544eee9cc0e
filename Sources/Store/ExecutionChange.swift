public import JobCore

/// One write of the recorder.
public enum ExecutionChange: Sendable, Equatable {
    /// The state, attempts, next attempt and outcome are now these; the rest was said when it was created and stays.
    /// The move to success of an exclusive execution makes it its job's last success.
    case rewritten(Execution)
    /// Only heard of: `heardAt`, `firstHeardAt` and `progress` changed, which is all that is written.
    case heard(Execution)
}
