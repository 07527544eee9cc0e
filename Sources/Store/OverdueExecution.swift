public import JobCore

public struct OverdueExecution: Sendable, Hashable {
    public var id: ExecutionID
    public var expiry: Expiry

    public init(id: ExecutionID, expiry: Expiry) {
        self.id = id
        self.expiry = expiry
    }
}
