import Messaging
import RabbitMQ

/// A queue from which a service reads its invocations.
protocol InvocationQueue: Sendable {
    /// Keeps the connections, until it is cancelled.
    func run() async
    /// Waits for messages, and returns at most `limit`. Throws `CancellationError` when the task is cancelled.
    func next(limit: Int) async throws -> [InboundMessage]
    /// Takes messages out of the queue.
    func acknowledge(_ tags: [MessageTag]) async
}

extension ServiceQueue: InvocationQueue {}
