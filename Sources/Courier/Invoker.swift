public import JobCore

/// Invokes services: an HTTP client, or a test double.
public protocol Invoker: Sendable {
    /// The most connections to one target. A lane's limit is no higher: more deliveries would wait inside the invoker,
    /// where their timeouts already run.
    var connectionsPerTargetLimit: Int { get }

    /// Makes one attempt. A cancelled attempt ends at once, with any result.
    func invoke(_ invocation: Invocation) async -> AttemptResult
}
