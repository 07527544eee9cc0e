/// What a request does with the jobs and the executions of a service.
enum Access: Sendable, CaseIterable {
    /// It shows them.
    case read
    /// It changes, runs or cancels them.
    case write
}
