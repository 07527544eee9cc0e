public import JobCore

/// An execution as the store holds it, with the data that the dispatcher needs to deliver it.
public struct RecordedExecution: Sendable, Equatable {
    public var execution: Execution
    /// True when this call of `DispatchStore.create` created it.
    public var isNew: Bool
    /// The last success of its job. Nil unless the execution is exclusive and open.
    public var lastSuccess: LastSuccess?

    public init(execution: Execution, isNew: Bool, lastSuccess: LastSuccess?) {
        self.execution = execution
        self.isNew = isNew
        self.lastSuccess = lastSuccess
    }
}
