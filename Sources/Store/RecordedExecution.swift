public import JobCore

/// An execution as the store holds it, with what the dispatcher needs to deliver it.
public struct RecordedExecution: Sendable, Equatable {
    public var execution: Execution
    /// True when this call of `create` inserted it.
    public var isNew: Bool
    /// The job's last success, for exclusive executions that are open.
    public var lastSuccess: LastSuccess?

    public init(execution: Execution, isNew: Bool, lastSuccess: LastSuccess?) {
        self.execution = execution
        self.isNew = isNew
        self.lastSuccess = lastSuccess
    }
}
