import Messaging

/// One thing that the broker sent, copied out of librabbitmq's memory.
enum BrokerEvent: Sendable, Equatable {
    /// `basic.deliver`, with its content.
    case delivered(consumerTag: String, InboundMessage)
    /// `basic.deliver` of a body longer than `FrameReader.bodyBytesMax`, of which no more than its beginning was kept.
    case oversized(InboundMessage, bytes: UInt64)
    /// `basic.return`: a mandatory message that is unroutable. It arrives before the confirm of that message.
    case returned(exchange: String, routingKey: String)
    /// `basic.ack` or `basic.nack`: a publisher confirm.
    case confirmed(tag: UInt64, multiple: Bool, isAccepted: Bool)
    /// `connection.blocked`: the broker has a memory or disk alarm.
    case blocked(reason: String)
    /// `connection.unblocked`: the alarm is over.
    case unblocked
    /// `confirm.select-ok`: the answer to `AMQPHandle.requestBarrier`.
    case barrier
    /// `basic.cancel`: the broker ended a consumer, since its queue was deleted or has lost its leader.
    case consumerCancelled(tag: String)
}
