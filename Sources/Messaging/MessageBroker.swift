/// The interface between the stages and RabbitMQ: batches are published with confirms and consumed with acks.
public protocol MessageBroker: Sendable {
    /// Why the broker is unavailable now; empty when it is available.
    var faults: [String] { get }

    /// Publishes the messages, pipelined and persistent, and returns once the broker has confirmed each of them.
    /// After an error any of the messages may have been published: publish all of them again.
    func publish(_ messages: [OutboundMessage]) async throws(PublishError)

    /// Starts to consume, with at most `prefetch` unacked messages. The subscription survives lost connections.
    func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription
}
