/// Asks the broker about queues. It takes nothing out of them, and needs no permission on them.
public protocol QueueInspector: Sendable {
    /// The depth of each of these queues, in the same order; nil for one that does not exist. The names are without the
    /// prefix. Throws `PublishError.unavailable` if the broker can't be asked, or does not answer in time.
    func depths(of queues: [String]) async throws(PublishError) -> [QueueDepth?]
}
