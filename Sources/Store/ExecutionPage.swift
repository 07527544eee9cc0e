public import JobCore

/// One page of the executions that a query found.
public struct ExecutionPage: Sendable, Equatable {
    /// The execution that was created last comes first.
    public var executions: [Execution]
    /// The text for `ExecutionQuery.more` that leads to the next page; nil on the last page.
    public var more: String?

    public init(executions: [Execution], more: String?) {
        self.executions = executions
        self.more = more
    }
}
