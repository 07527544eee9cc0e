public import Logging
public import Messaging

/// A consumer of one queue by its name, on a broker without Belfry's topology: what a service has.
///
///     let queue = ServiceQueue(options: options, name: "orders", prefetch: 10, logger: logger)
///     async let connection: Void = queue.run()
///     for message in try await queue.next(limit: 10) { await queue.acknowledge([message.tag]) }
public struct ServiceQueue: Sendable {
    /// Leads messages of an exchange with a routing key, or a pattern of keys, to a queue.
    public struct Binding: Sendable {
        var exchange: String
        var routingKey: String

        /// The exchange must exist.
        public init(exchange: String, routingKey: String) {
            self.exchange = exchange
            self.routingKey = routingKey
        }
    }

    private let consumer: Consumer
    private let name: String

    /// Opens nothing yet: `run` does. At most `prefetch` messages are unacknowledged at a time.
    public init(
        options: ConnectionOptions, name: String, bindings: [Binding] = [], prefetch: Int, logger: Logger
    ) {
        var options = options
        options.advice = .services
        consumer = Consumer(options: options, declaring: name, bindings: bindings, prefetch: prefetch, logger: logger)
        self.name = name
    }

    /// Declares a durable quorum queue, binds it and consumes it, and reconnects after a loss, until the task is cancelled. A
    /// queue that exists with other arguments is consumed as it is. Run it once.
    public func run() async {
        await withTaskCancellationHandler {
            await consumer.run()
        } onCancel: {
            consumer.interrupt()
        }
    }

    /// Waits for a message, and returns at most `limit` of those that are there, with their properties. Throws
    /// `CancellationError` when the task is cancelled.
    public func next(limit: Int) async throws -> [InboundMessage] {
        try await consumer.next(from: name, limit: limit)
    }

    /// Acknowledges messages. Tags of a lost connection are ignored: the broker has requeued their messages.
    public func acknowledge(_ tags: [MessageTag]) async {
        await consumer.acknowledge(tags)
    }

    /// Why no messages arrive now; nil when they can.
    public var fault: String? { consumer.state.fault }
}
