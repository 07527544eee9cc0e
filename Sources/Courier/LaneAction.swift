/// The answer of `Lane` and `Lanes` to an event. `Courier` carries it out and decides nothing.
enum LaneAction: Sendable, Equatable {
    /// Attempt this delivery now, and report its end with `finished`.
    case start(Delivery)
    /// Report `jitterEnded` after this time.
    case startAfterJitter(Delivery, milliseconds: Int64)
    /// Nothing now: the lane keeps the delivery, and a later event starts, defers or gives it back.
    case wait
    /// Publish this delivery to the retry ladder: its target is busy.
    case `defer`(Delivery)
    /// Nothing, and no ack: the broker delivers this message again once the connection closes.
    case giveBack(Delivery)
    /// Nothing: the same attempt is already in hand, and both messages are acked when it has ended.
    case joinDuplicate
}
