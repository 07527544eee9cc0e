public import JobCore

/// An execution as the record holds it after `create`.
public struct RecordedExecution: Sendable, Equatable {
    public var execution: Execution
    /// False: it was there before.
    public var isNew: Bool
    /// The job's last success, for exclusive executions that are open.
    public var lastSuccess: LastSuccess?

    public init(execution: Execution, isNew: Bool, lastSuccess: LastSuccess?) {
        self.execution = execution
        self.isNew = isNew
        self.lastSuccess = lastSuccess
    }
}
