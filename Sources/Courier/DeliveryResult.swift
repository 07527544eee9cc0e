import Messaging

/// The end of one delivery in hand.
enum DeliveryResult: Sendable, Equatable {
    /// Publish these, then ack.
    case publish([OutboundMessage])
    /// No retry can help: publish the message as a dead letter, then ack.
    case deadLetter(DeadLetterReason, error: String)
}
