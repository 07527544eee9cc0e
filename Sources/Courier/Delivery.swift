import JobCore
import Messaging

/// One delivery in hand: the request and the message that it came in.
struct Delivery: Sendable, Equatable {
    /// One attempt of one execution. Two messages with the same key ask for the same attempt.
    struct Key: Hashable, Sendable {
        var executionID: ExecutionID
        var attempt: Int
    }

    let request: DeliveryRequested
    let message: InboundMessage
    /// The target that it shares a lane with. Kept, since it costs more to compute than to carry.
    let origin: String

    init(request: DeliveryRequested, message: InboundMessage) {
        self.request = request
        self.message = message
        origin = TargetURL.origin(of: request.target.address)
    }

    var key: Key { Key(executionID: request.executionID, attempt: request.attempt) }
}
