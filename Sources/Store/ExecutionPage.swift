public import JobCore

public struct ExecutionPage: Sendable, Equatable {
    public var executions: [Execution]
    /// Opaque; nil on the last page.
    public var more: String?

    public init(executions: [Execution], more: String?) {
        self.executions = executions
        self.more = more
    }
}
