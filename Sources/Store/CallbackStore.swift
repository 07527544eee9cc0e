public import JobCore

/// The role of the callback endpoint: whether an execution is over.
public protocol CallbackStore: Sendable {
    /// The status of each execution that exists; an id that is not in the answer is not on record, or can't be read
    /// there.
    func statuses(of ids: [ExecutionID]) async throws(StoreError) -> [ExecutionID: ExecutionStatus]
}
