import JobCore
import Messaging

/// One delivery in hand: the request and its message.
struct Delivery: Sendable, Equatable {
    /// One attempt of one execution. Two messages with the same key request the same attempt.
    struct Key: Hashable, Sendable {
        var executionID: ExecutionID
        var attempt: Int
    }

    let request: DeliveryRequested
    let message: InboundMessage
    /// Scheme, host and port of the target: deliveries of the same origin share a lane. Kept, since it is costly to
    /// compute.
    let origin: String

    init(request: DeliveryRequested, message: InboundMessage) {
        self.request = request
        self.message = message
        origin = TargetURL.origin(of: request.target.address)
    }

    var key: Key { Key(executionID: request.executionID, attempt: request.attempt) }
}
