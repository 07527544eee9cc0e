public import JobCore

/// What the door asks: whether an execution is over.
public protocol CallbackStore: Sendable {
    /// The status of each execution that exists.
    func statuses(of ids: [ExecutionID]) async throws(StoreError) -> [ExecutionID: ExecutionStatus]
}
