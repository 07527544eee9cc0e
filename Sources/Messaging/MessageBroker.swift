/// The seam between stages and RabbitMQ: batches out with a confirm, batches in with an ack.
public protocol MessageBroker: Sendable {
    /// Why the broker can't be used now; empty when it can.
    var faults: [String] { get }

    /// Publishes all of them, pipelined and persistent, and returns once the broker has confirmed every one.
    /// After an error any of them may have arrived: publish the same again.
    func publish(_ messages: [OutboundMessage]) async throws(PublishError)

    /// Starts consuming. The subscription lives through lost connections.
    func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription
}

/// The deliveries of one queue.
public protocol MessageSubscription: Sendable {
    /// Waits until something is there, then takes what is already waiting, `limit` at most. It never waits to fill a
    /// batch. Throws `CancellationError` when the task is cancelled.
    func next(limit: Int) async throws -> [InboundMessage]

    /// Tells the broker that these were handled. Tags of a lost connection are passed over: the broker has taken
    /// those messages back and delivers them again.
    func acknowledge(_ tags: [MessageTag]) async

    /// Gives every unacknowledged delivery back to the broker.
    func restart() async
}

/// Why a batch could not be published. Each means "not now", but the last, which means "never".
public enum PublishError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No connection, or it was lost before every confirm came, or the broker doesn't take messages (an alarm).
    case unavailable(String)
    /// No queue is bound for this routing key: the topology is missing or was changed.
    case unroutable(exchange: String, routingKey: String)
    /// The broker refused a message (a queue's limit, or an error of its own).
    case refused
    /// One of the messages is of a kind that AMQP can't carry; nothing was published.
    case unsendable(String)

    /// False when trying again can't help.
    public var isTemporary: Bool {
        if case .unsendable = self { false } else { true }
    }

    public var description: String {
        switch self {
        case .unavailable(let reason): "the broker is not available: \(reason)"
        case .unroutable(let exchange, let key):
            "no queue takes messages of exchange “\(exchange)” with routing key “\(key)”; "
                + "`belfry topology check` shows what is missing and `belfry topology apply` mends it"
        case .refused: "the broker refused a message: a queue is full or the broker has an error, see its log"
        case .unsendable(let fault): "a message can't be sent: \(fault)"
        }
    }
}
