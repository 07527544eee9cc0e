public import JobCore

/// An entry of the header `x-death`: the broker has dead-lettered the message.
///
/// A publisher may have forged it. RabbitMQ 3 counts up an entry with the same queue and reason that it finds in the
/// message, and keeps the rest of it.
public struct BrokerDeath: Sendable, Equatable {
    /// The full name of the queue that the message was in.
    public var queue: String
    /// `delivery_limit`, `rejected`, `expired` or `maxlen`.
    public var reason: String
    /// The full name of the exchange that it was published to.
    public var exchange: String
    /// The routing key that it was published with; nil if that can't be read. Keys of the header `CC` are left out.
    public var routingKey: String?
    /// When it was dead-lettered first from this queue for this reason, in whole seconds; nil if that can't be read.
    public var at: Instant?

    public init(queue: String, reason: String, exchange: String, routingKey: String?, at: Instant?) {
        self.queue = queue
        self.reason = reason
        self.exchange = exchange
        self.routingKey = routingKey
        self.at = at
    }
}
