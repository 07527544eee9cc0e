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

/// Why a batch could not be published. All but the last are temporary: publish the same batch again later.
public enum PublishError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no connection, or it was lost before every confirm arrived, or the broker blocks publishers (a memory
    /// or disk alarm).
    case unavailable(String)
    /// A mandatory message was returned: no queue is bound for its routing key. The topology is missing or was changed.
    case unroutable(exchange: String, routingKey: String)
    /// The broker answered with a nack: a queue has reached its limit, or the broker has an error.
    case refused
    /// AMQP can't carry one of the messages, or no consumer would read it; nothing was published.
    case unsendable(String)

    /// False when trying again can't help.
    public var isTemporary: Bool {
        if case .unsendable = self { false } else { true }
    }

    public var description: String {
        switch self {
        case .unavailable(let reason): "the broker is unavailable: \(reason)"
        case .unroutable(let exchange, let key):
            "unroutable: no queue is bound to exchange “\(exchange)” for routing key “\(key)”; "
                + "`belfry topology check` lists what is missing, `belfry topology apply` creates it"
        case .refused: "nack: a queue is full or the broker has an error; see the broker's log and its queue lengths"
        case .unsendable(let fault): "a message can't be published: \(fault)"
        }
    }
}
