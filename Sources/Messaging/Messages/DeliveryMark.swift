public import JobCore

/// `delivery.mark.*`: passes through all queues in which deliveries wait, one after the other, to show how far the
/// stages have come. The courier that takes it out of the last one reports `mark.taken`.
///
/// So a mark that is reported has passed every delivery that was waiting in one of these queues when it was made, and
/// also those that moved on from one of them to a later one meanwhile.
public struct DeliveryMark: PipelineMessage, Hashable, Codable {
    /// The queues, in the order in which a mark passes them.
    public enum Stop: String, Sendable, CaseIterable {
        /// `dispatcher.deliveries`, where deliveries wait that come back from the retry ladder.
        case due
        /// `courier.bulk`
        case bulk
        /// `courier.deliveries`
        case requested
    }

    public var madeAt: Instant
    /// Not in the body, but in the routing key.
    public var stop = Stop.due

    public init(madeAt: Instant) {
        self.madeAt = madeAt
    }

    /// Reads a message. Throws `UnreadableMessage` if it is no mark.
    public init(reading message: InboundMessage) throws(UnreadableMessage) {
        self = try MessageCoder.decode(Self.self, from: message.body)
        guard let stop = Stop.allCases.first(where: { RoutingKey.deliveryMark($0) == message.routingKey }) else {
            throw UnreadableMessage("“\(message.routingKey)” is not the routing key of a mark")
        }
        self.stop = stop
    }

    /// The mark as it goes on to the next queue; nil after the last one.
    public var next: DeliveryMark? {
        let next = Stop.allCases.drop { $0 != stop }.dropFirst().first
        return next.map { next in
            var mark = self
            mark.stop = next
            return mark
        }
    }

    public var routingKey: String { RoutingKey.deliveryMark(stop) }
    public var messageID: String? { MessageID.mark(madeAt: madeAt, at: stop) }

    private enum CodingKeys: String, CodingKey { case madeAt = "made_at_ms" }
}

extension InboundMessage {
    /// True for a mark among deliveries.
    public var isMark: Bool { DeliveryMark.Stop.allCases.contains { RoutingKey.deliveryMark($0) == routingKey } }
}
