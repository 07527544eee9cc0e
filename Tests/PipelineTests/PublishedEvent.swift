import JobCore
import Messaging

/// What the tests look at in an event of an execution.
struct PublishedEvent: Decodable {
    struct Fields: Decodable {
        var executionID: ExecutionID
        var trigger: Trigger
        var status: ExecutionStatus
        var reason: FailureReason?

        private enum CodingKeys: String, CodingKey {
            case executionID = "execution_id"
            case trigger, status, reason
        }
    }

    var type: String
    var execution: Fields

    /// Reads a message; nil if it is no such event.
    init?(_ message: OutboundMessage) {
        guard message.exchange == .events, let event = try? MessageCoder.decode(Self.self, from: message.body) else {
            return nil
        }
        self = event
    }
}
