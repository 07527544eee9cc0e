/// Where a replay publishes events: an exchange with a routing key, or a queue.
public struct ReplayDestination: Sendable, Hashable, CustomStringConvertible {
    /// Empty for the default exchange, which leads to the queue that the routing key names.
    public let exchange: String
    public let routingKey: String

    private static let queueSign = "queue:"

    /// Reads `exchange/key` or `queue:NAME`. The key may contain slashes and may be empty; the exchange may not. Nil
    /// for any other text, and for names that AMQP can't carry.
    public init?(_ text: String) {
        if text.hasPrefix(Self.queueSign) {
            (exchange, routingKey) = ("", String(text.dropFirst(Self.queueSign.count)))
            guard !routingKey.isEmpty else { return nil }
        } else {
            let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else { return nil }
            (exchange, routingKey) = (String(parts[0]), String(parts[1]))
        }
        let names = [exchange, routingKey]
        guard names.allSatisfy({ $0.utf8.count <= MessageLimits.shortStringBytesMax && !$0.utf8.contains(0) }) else {
            return nil
        }
    }

    /// The text that it was read from.
    public var description: String { exchange.isEmpty ? Self.queueSign + routingKey : "\(exchange)/\(routingKey)" }

    /// Why events must not go there; nil when they may. They would reach Belfry's own queues, or the archive again.
    public func fault(prefix: String) -> String? {
        let topology = Topology(prefix: prefix)
        let ownQueues = topology.queues.map(\.name) + EventFork.allCases.compactMap { $0.queueName(prefix: prefix) }
        guard exchange.isEmpty ? !ownQueues.contains(routingKey) : !topology.exchanges.contains(exchange) else {
            return "\(self) is Belfry's own: give an exchange or a queue of yours"
        }
        return nil
    }
}
