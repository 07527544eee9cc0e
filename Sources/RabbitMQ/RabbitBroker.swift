import JobCore
public import Logging
public import Messaging

/// RabbitMQ as a `MessageBroker`: one connection publishes, another consumes, each on a thread of its own.
///
/// Two connections, because a broker with a memory or disk alarm stops reading from connections that publish, acks
/// included (RabbitMQ, "Memory and Disk Alarms").
///
///     let broker = RabbitBroker(options: options, topology: topology, consumes: true, logger: logger)
///     async let connections: Void = broker.run()
///     try await broker.publish(messages)
public struct RabbitBroker: MessageBroker {
    private let publisher: Publisher
    private let consumer: Consumer?

    /// Opens nothing yet: `run` does. `consumes` is false for a program that only publishes; it has one connection.
    public init(options: ConnectionOptions, topology: Topology, consumes: Bool, logger: Logger) {
        publisher = Publisher(options: options, topology: topology, logger: logger)
        consumer = consumes ? Consumer(options: options, topology: topology, logger: logger) : nil
    }

    /// Keeps the connections open, and reconnects after a loss, until the task is cancelled. Run it once.
    public func run() async {
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await publisher.run() }
                if let consumer { group.addTask { await consumer.run() } }
            }
        } onCancel: {
            publisher.interrupt()
            consumer?.interrupt()
        }
    }

    /// See `MessageBroker.publish`. Throws at once while the connection is lost or blocked by the broker.
    public func publish(_ messages: [OutboundMessage]) async throws(PublishError) {
        try await publisher.publish(messages)
    }

    /// See `MessageBroker.subscribe`. A program may subscribe to a queue once.
    public func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription {
        guard let consumer else { preconditionFailure("a broker made with consumes: false has no subscriptions") }
        await consumer.subscribe(to: queue, prefetch: prefetch)
        return RabbitSubscription(consumer: consumer, queue: queue)
    }

    /// A line for each connection that is lost or blocked; empty when all is well.
    public var faults: [String] {
        [("publish", publisher.state), ("consume", consumer?.state ?? .connected)].compactMap { role, state in
            state.fault.map { "broker (\(role)): \($0)" }
        }
    }
}
