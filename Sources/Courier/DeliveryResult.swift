import JobCore
import Messaging

/// The end of an attempt: what is to be published, and what the lane learns.
struct AttemptEnd: Sendable, Equatable {
    var result: DeliveryResult
    var outcome: LaneOutcome
}

/// The result of one delivery in hand.
enum DeliveryResult: Sendable, Equatable {
    /// Publish these messages, then ack the delivery's message.
    case publish([OutboundMessage])
    /// The target refused the delivery for good: publish the message as a dead letter, then these reports, then ack.
    case refuse(Attempt, reports: [OutboundMessage])
    /// No retry can help: publish the message as a dead letter, then ack.
    case deadLetter(DeadLetterReason, error: String)
}
