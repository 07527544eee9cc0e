/// The answer of `Lane` and `Lanes` to an event. `Courier` carries it out and decides nothing.
enum LaneAction: Sendable, Equatable {
    /// Attempt this delivery now, and call `finished` at its end.
    case start(Delivery)
    /// Call `jitterEnded` after this time.
    case startAfterJitter(Delivery, milliseconds: Int64)
    /// Do nothing now: the lane keeps the delivery, and a later event starts, defers or gives it back.
    case wait
    /// Publish this delivery to the retry ladder: its target is busy.
    case `defer`(Delivery, LaneDeferral)
    /// Have the record asked before this delivery is attempted: another courier may have made the attempt, or it is a
    /// replay.
    case ask(Delivery)
    /// Do nothing, and do not ack: the broker redelivers this message once the connection closes.
    case giveBack(Delivery)
    /// Do nothing: the same attempt is already in hand, and both messages are acked when it has ended.
    case joinDuplicate
}

/// How long a delivery is deferred.
struct LaneDeferral: Sendable, Equatable {
    /// A step of the retry ladder.
    var stepSeconds: Int64
    /// When the delivery's turn is expected, by the monotonic clock. Nil when the lane cannot tell.
    var turnMilliseconds: Int64?
}
