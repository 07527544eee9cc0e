public import JobCore

/// `delivery.mark`: passes through the couriers' queue, to show how far they have come. A courier that takes it out
/// reports `mark.taken`.
public struct DeliveryMark: PipelineMessage, Hashable, Codable {
    public var madeAt: Instant

    public init(madeAt: Instant) {
        self.madeAt = madeAt
    }

    public var routingKey: String { RoutingKey.deliveryMark }
    public var messageID: String? { MessageID.mark(madeAt: madeAt) }

    private enum CodingKeys: String, CodingKey { case madeAt = "made_at_ms" }
}
