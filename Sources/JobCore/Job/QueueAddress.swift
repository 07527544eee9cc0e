/// Where a `rabbitmq` invocation is published on the service broker: the parsed form of `exchange/routing_key` or
/// `queue:NAME`.
public struct QueueAddress: Sendable, Hashable {
    /// Empty for the default exchange, which routes to the queue that the routing key names.
    public var exchange: String
    public var routingKey: String

    /// AMQP 0-9-1 sends the names of exchanges and queues, and routing keys, as short strings.
    public static let nameBytesMax = 255
    private static let queuePrefix = "queue:"

    /// Reads an address. Nil if it has neither of the two forms.
    ///
    /// The first slash ends the exchange: a routing key may have further ones, and may be empty.
    public init?(_ text: String) {
        if text.hasPrefix(Self.queuePrefix) {
            (exchange, routingKey) = ("", String(text.dropFirst(Self.queuePrefix.count)))
            guard !routingKey.isEmpty else { return nil }
        } else {
            guard let slash = text.firstIndex(of: "/"), slash != text.startIndex else { return nil }
            (exchange, routingKey) = (String(text[..<slash]), String(text[text.index(after: slash)...]))
        }
    }
}
