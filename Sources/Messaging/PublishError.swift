/// Why a batch could not be published. All but the last are temporary: publish the same batch again later.
public enum PublishError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no connection, or it was lost before every confirm arrived, or the broker blocks publishers (a memory
    /// or disk alarm).
    case unavailable(String)
    /// A mandatory message was returned: no queue is bound for its routing key. The topology is missing or was changed.
    case unroutable(exchange: String, routingKey: String)
    /// The broker answered with a nack: a queue has reached its limit, or the broker has an error.
    case refused
    /// AMQP cannot carry one of the messages, or no consumer would read it; nothing was published.
    case unsendable(String)

    /// False when trying again cannot help.
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
        case .unsendable(let fault): "a message cannot be published: \(fault)"
        }
    }
}
