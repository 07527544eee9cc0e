import HTTPTypes

/// What a request does with the jobs and the executions of a service.
enum Access: Sendable, CaseIterable {
    /// It shows them.
    case read
    /// It changes, runs or cancels them.
    case write

    /// The access of a request below the path of a service.
    init(_ method: HTTPRequest.Method) {
        self = method == .get || method == .head ? .read : .write
    }
}
