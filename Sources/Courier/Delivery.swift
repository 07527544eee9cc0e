import JobCore
import Messaging

/// One delivery in hand: the request and its message.
struct Delivery: Sendable, Equatable {
    /// One attempt of one execution. Two messages with the same key request the same attempt.
    struct Key: Hashable, Sendable {
        var executionID: ExecutionID
        var attempt: Int
    }

    /// One trip of a delivery through the queues to a courier. A delivery that is deferred, or about which the record
    /// is asked, is requested once more for the same attempt: it keeps its key, and goes on its next trip.
    struct Trip: Hashable, Sendable {
        var key: Key
        /// Trips of one key ascend.
        var number: Int
        /// A replay makes a trip of its own, and another one once the record was asked.
        var replays: Replays
    }

    let request: DeliveryRequested
    let message: InboundMessage
    /// See `InvocationTarget.lane`. Kept, since it is costly to compute.
    let laneName: String
    /// When its turn at the target was expected as it was deferred, by the monotonic clock. Nil when nothing is known.
    let turnMilliseconds: Int64?

    init(request: DeliveryRequested, message: InboundMessage, turnMilliseconds: Int64? = nil) {
        self.request = request
        self.message = message
        self.turnMilliseconds = turnMilliseconds
        laneName = request.target.lane
    }

    /// Reads a message at an instant by both clocks. Throws `UnreadableMessage`.
    init(reading message: InboundMessage, now: Instant, nowMilliseconds: Int64) throws(UnreadableMessage) {
        let request = try DeliveryRequested(reading: message)
        // A turn that is far away is not believed.
        let turn = request.deferrals.turnAt.map { turnAt in
            nowMilliseconds + min(max(turnAt.milliseconds(since: now), 0), TurnEstimate.aheadMaxMilliseconds)
        }
        self.init(request: request, message: message, turnMilliseconds: turn)
    }

    var key: Key { Key(executionID: request.executionID, attempt: request.attempt) }
    var trip: Trip { Trip(key: key, number: request.deferrals.sum, replays: request.replays) }
}
