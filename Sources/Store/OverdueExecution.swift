public import JobCore

/// An open execution with a deadline that has passed.
public struct OverdueExecution: Sendable, Hashable {
    public var id: ExecutionID
    /// The deadline that has passed; the ttl's when both have.
    public var expiry: Expiry

    public init(id: ExecutionID, expiry: Expiry) {
        self.id = id
        self.expiry = expiry
    }
}
