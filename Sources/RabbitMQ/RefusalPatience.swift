/// When a connection is given up because the broker keeps refusing messages.
///
/// A channel that first publishes to a quorum queue just after the node of the queue's leader was lost may get a nack
/// for each message to that queue until the node is back (RabbitMQ 3.10). A new channel finds the new leader. A queue
/// that is full refuses messages, too, and goes on with that on a new channel: so each wait is twice as long as the one
/// before it.
///
/// Pure.
struct RefusalPatience {
    private static let shortest: Duration = .seconds(5)
    private static let longest: Duration = .seconds(80)
    /// A refusal after such a time without one is the first of others.
    private static let calm: Duration = .seconds(10)

    private var patience = shortest
    private var first: ContinuousClock.Instant?
    private var latest: ContinuousClock.Instant?

    /// A message was refused. True when the connection is to be given up.
    mutating func refused(at now: ContinuousClock.Instant) -> Bool {
        if latest.map({ now - $0 > Self.calm }) ?? true { (patience, first) = (Self.shortest, now) }
        latest = now
        guard let begin = first, now - begin >= patience else { return false }
        (patience, first) = (min(patience * 2, Self.longest), now)
        return true
    }
}
