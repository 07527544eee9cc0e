/// Why the admin API has given no answer, as far as it decides what to do next.
public enum UnansweredReason: String, Sendable, CaseIterable {
    case badURL
    case unresolved
    case notConnected
    case tls
    case timedOut
    /// Any other reason.
    case broken
}
