public import JobCore

/// The place of an execution in the order of a search: the latest occurrence comes first, and of several executions
/// with the same occurrence the one that was created last.
public struct ExecutionPosition: Sendable, Hashable {
    public var occurrence: Instant
    /// Greater than that of every execution that was created before.
    public var number: Int64

    public init(occurrence: Instant, number: Int64) {
        self.occurrence = occurrence
        self.number = number
    }
}
