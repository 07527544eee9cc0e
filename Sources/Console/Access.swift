/// What a request does, and with what.
enum Access: Sendable, CaseIterable {
    /// It shows jobs and executions.
    case read
    /// It changes, runs or cancels them.
    case write
    /// It shows, replays or drops dead letters, which hold what belongs to all services.
    case handleDeadLetters
    /// It shows, creates or revokes API keys.
    case manageKeys
}
