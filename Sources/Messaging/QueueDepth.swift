/// What a queue holds now, as the broker tells it.
public struct QueueDepth: Sendable, Equatable {
    /// The messages that are in nobody's hands.
    public var ready: Int
    /// The consumers that the broker serves. Of a queue with a single active consumer, that one.
    public var consumers: Int

    public init(ready: Int, consumers: Int) {
        self.ready = ready
        self.consumers = consumers
    }
}
