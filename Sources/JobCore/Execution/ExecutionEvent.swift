/// A change of an execution that is published for subscribers.
public enum ExecutionEvent: String, Sendable, CaseIterable {
    /// The execution is on record.
    case created
    /// Its invocation was accepted.
    case started
    /// A heartbeat is on record.
    case progressed
    /// It has ended.
    case finished
}
