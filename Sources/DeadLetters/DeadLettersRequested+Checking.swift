import JobCore
import Messaging

extension DeadLettersRequested {
    private static let limitMax = 1_000

    /// Reads a request and checks it. Throws `UnreadableMessage` with the field at fault.
    init(checking message: InboundMessage) throws(UnreadableMessage) {
        try self.init(reading: message)
        for (name, id) in [("request_id", requestID), ("asker", asker)] where DeadLetterID(text: id) == nil {
            throw UnreadableMessage("\(name) is not a UUID")
        }
        guard (1...Self.limitMax).contains(limit) else {
            throw UnreadableMessage("limit is not a number from 1 to \(Self.limitMax)")
        }
        guard (1...100_000).contains(ratePerSecond ?? 1) else {
            throw UnreadableMessage("rate_per_second is not a number from 1 to 100000")
        }
        guard (letter != nil) == (action == .republish) else {
            throw UnreadableMessage("letter belongs to the action republish, and to no other")
        }
    }
}
