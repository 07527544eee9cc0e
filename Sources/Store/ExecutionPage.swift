public import JobCore

/// One page of the executions that a query found.
public struct ExecutionPage: Sendable, Equatable {
    /// The execution that was created last comes first.
    public var executions: [Execution]
    /// The position for `ExecutionQuery.more` that leads to the next page, greater than 0; nil on the last page.
    public var more: Int64?

    public init(executions: [Execution], more: Int64?) {
        self.executions = executions
        self.more = more
    }
}
