public import JobCore

/// One page of the executions that a query found.
public struct ExecutionPage: Sendable, Equatable {
    /// In the order of their `ExecutionPosition`. There may be none although other pages follow.
    public var executions: [Execution]
    /// What leads to the next page as `ExecutionQuery.more`; nil on the last page.
    public var more: ExecutionPosition?

    public init(executions: [Execution], more: ExecutionPosition?) {
        self.executions = executions
        self.more = more
    }
}
