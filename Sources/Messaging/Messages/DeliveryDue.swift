import JobCore

/// `delivery.due`: the wait of a delivery in the retry ladder is over. The dispatcher asks the record whether the
/// execution still waits for this attempt, and only then requests the delivery.
///
/// courierd publishes it to the ladder, with everything that the next attempt needs; the ladder's queues route it on.
public struct DeliveryDue: PipelineMessage, Hashable {
    /// The delivery of the next attempt, with the deadline and the instants as courierd knew them.
    public var delivery: DeliveryRequested

    public init(_ delivery: DeliveryRequested) {
        self.delivery = delivery
    }

    /// Reads a message. Throws `UnreadableMessage` with the field or the header at fault.
    public init(reading message: InboundMessage) throws(UnreadableMessage) {
        delivery = try DeliveryRequested(reading: message)
    }

    public var routingKey: String { RoutingKey.deliveryDue }

    public var messageID: String? {
        MessageID.deliveryDue(
            delivery.executionID, attempt: delivery.attempt,
            deferrals: delivery.deferrals.sum, replays: delivery.replays.count)
    }

    public var messageHeaders: [String: String] { delivery.messageHeaders }
    public var body: [UInt8] { delivery.body }
}

extension OutboundMessage {
    /// A delivery that waits in the retry ladder: it becomes due after `stepSeconds`, a step of the ladder. `headers`
    /// are those of the message that it came in.
    public init(_ due: DeliveryDue, afterSeconds stepSeconds: Int64, headers: [String: String]) {
        self.init(due, headers: DeliveryRequested.foreignHeaders(of: headers))
        exchange = .retry
        routingKey = RoutingKey.retry(stepSeconds: stepSeconds)
    }

    /// A delivery that is requested after its wait in the retry ladder. `headers` are those of the message that it came
    /// in.
    public init(afterItsWait delivery: DeliveryRequested, headers: [String: String]) {
        self.init(delivery, headers: DeliveryRequested.foreignHeaders(of: headers))
    }
}
