internal import JobCore
public import Logging
public import Messaging

/// RabbitMQ as a `MessageBroker`: one connection publishes, another consumes, each on a thread of its own.
///
/// Two connections, because a broker with a memory or disk alarm stops reading from those that publish, and a
/// consumer on the same one would stop with it.
public struct RabbitBroker: MessageBroker {
    private let publisher: Publisher
    private let consumer: Consumer?

    /// `consumes`: false for programs that only publish; they open one connection.
    public init(options: ConnectionOptions, topology: Topology, consumes: Bool, logger: Logger) {
        publisher = Publisher(options: options, topology: topology, logger: logger)
        consumer = consumes ? Consumer(options: options, topology: topology, logger: logger) : nil
    }

    public init(_ settings: BrokerSettings, program: String, consumes: Bool, logger: Logger) {
        self.init(
            options: settings.options(program: program), topology: settings.topology, consumes: consumes, logger: logger
        )
    }

    /// Keeps both connections until the task is cancelled.
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

    public func publish(_ messages: [OutboundMessage]) async throws(PublishError) {
        try await publisher.publish(messages)
    }

    public func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription {
        guard let consumer else { preconditionFailure("this program was built to publish only") }
        await consumer.subscribe(to: queue, prefetch: prefetch)
        return RabbitSubscription(consumer: consumer, queue: queue)
    }

    public var faults: [String] {
        [("publish", publisher.state), ("consume", consumer?.state ?? .connected)].compactMap { role, state in
            switch state {
            case .connected: nil
            case .connecting(let failure): "broker (\(role)): \(failure ?? "not connected yet")"
            case .blocked(let reason): "broker (\(role)): it takes no messages: \(reason)"
            }
        }
    }
}

private struct RabbitSubscription: MessageSubscription {
    let consumer: Consumer
    let queue: WorkQueue

    func next(limit: Int) async throws -> [InboundMessage] {
        try await consumer.next(from: queue, limit: limit)
    }

    func acknowledge(_ tags: [MessageTag]) async {
        await consumer.acknowledge(tags)
    }

    func restart() async {
        await consumer.restart()
    }
}
