public import Logging
public import Messaging

/// A consumer of one queue by its name: a service's, on a broker without Belfry's topology, or, on the pipeline's, that
/// of a subscriber to events or of an event fork.
///
///     let queue = ServiceQueue(options: options, name: "orders", prefetch: 10, logger: logger)
///     async let connection: Void = queue.run()
///     for message in try await queue.next(limit: 10) { await queue.acknowledge([message.tag]) }
public struct ServiceQueue: MessageSubscription {
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

    /// The queue of a service, which is declared and bound. Opens nothing yet: `run` does. At most `prefetch` messages
    /// are unacknowledged at a time.
    public init(
        options: ConnectionOptions, name: String, bindings: [Binding] = [], prefetch: Int, logger: Logger
    ) {
        var options = options
        options.advice = .services
        consumer = Consumer(
            options: options, queue: name, declares: true, bindings: bindings, prefetch: prefetch, logger: logger)
        self.name = name
    }

    /// The queue of a subscriber to events, which is declared and bound on the pipeline's broker. With `messagesMax`
    /// messages it is full, and refuses further ones.
    public init(
        options: ConnectionOptions, ofSubscriber name: String, bindings: [Binding], messagesMax: Int64, prefetch: Int,
        logger: Logger
    ) {
        var options = options
        options.advice = .subscribers
        consumer = Consumer(
            options: options, queue: name, declares: true, bindings: bindings, messagesMax: messagesMax,
            prefetch: prefetch, logger: logger)
        self.name = name
    }

    /// The queue of an event fork, on the pipeline's broker. It is not declared: until the fork is enabled, nothing
    /// is consumed. A message that is too large arrives without its body: a fork's queue has no dead letters.
    public init(options: ConnectionOptions, ofFork name: String, prefetch: Int, logger: Logger) {
        var options = options
        options.advice = .forks
        consumer = Consumer(
            options: options, queue: name, declares: false, deliversOversized: true, prefetch: prefetch, logger: logger)
        self.name = name
    }

    /// Consumes the queue, and reconnects after a loss, until the task is cancelled. Other queues than a fork's are
    /// declared as durable quorum queues and bound; one that exists with other arguments is consumed as it is. Run it
    /// once.
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

    /// Makes the broker requeue every unacknowledged message: another consumer may get them.
    public func restart() async {
        await consumer.restart(name)
    }

    /// Why no messages arrive now; nil when they can.
    public var fault: String? { consumer.state.fault }

    /// The same for an answer: without hosts and what the broker said, which are logged. Empty when messages can
    /// arrive.
    public var outages: [String] { consumer.state.outage.map { ["broker (consume): \($0)"] } ?? [] }
}
