/// The seam between stages and RabbitMQ: batches are published with confirms and consumed with acks.
public protocol MessageBroker: Sendable {
    /// Why the broker is unavailable now; empty when it is available.
    var faults: [String] { get }

    /// Publishes all of them, pipelined and persistent, and returns once the broker has confirmed each.
    /// After an error any of them may have arrived: publish the same messages again.
    func publish(_ messages: [OutboundMessage]) async throws(PublishError)

    /// Starts to consume. The subscription outlasts lost connections.
    func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription
}
