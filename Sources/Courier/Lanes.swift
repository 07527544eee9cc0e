import JobCore
import Messaging

/// All deliveries in hand, by target. A state machine without IO and without a clock.
///
/// A delivery is in hand from `admit` to `settled`. In between it is in one of these states:
/// - *jittering*: a retry that waits a random time before it enters its lane. Moves to *in its lane* or *settling*
///   (deferred) with `jitterEnded`; given back at `shutdown`.
/// - *in its lane*: waiting or in flight (see `Lane`). Moves to *settling* with `finished`, or with `tick` (deferred);
///   given back at `shutdown` if it waits.
/// - *settling*: its messages are being published. Leaves with `settled`, which returns the tags to ack.
///
/// After `shutdown` the lanes are *closed* for good, and start nothing more. A delivery that is given back stays in
/// hand, so that this process never starts its redelivery.
struct Lanes {
    /// The longest jitter.
    static let jitterMaxMilliseconds: Int64 = 5_000

    /// The most deliveries in flight to one target.
    let inFlightLimit: Int
    /// The most retries that wait out a jitter, since each of them holds a place in the courier's window. Further
    /// retries enter their lanes at once.
    let jitteringLimit: Int

    private var lanes: [String: Lane] = [:]
    /// Every message of a delivery in hand, each to be acked when the delivery has ended.
    private var tags: [Delivery.Key: [MessageTag]] = [:]
    private var jittering: Set<Delivery.Key> = []
    private var isClosed = false

    init(inFlightLimit: Int, jitteringLimit: Int) {
        self.inFlightLimit = inFlightLimit
        self.jitteringLimit = jitteringLimit
    }

    /// Takes a message's delivery. `jitterFraction` returns a random number from 0 to 1; it is called for retries only.
    ///
    /// After a lost connection the broker redelivers messages that are still in hand: a redelivery joins the first one.
    mutating func admit(
        _ delivery: Delivery, nowMilliseconds: Int64, jitterFraction: () -> Double
    ) -> LaneAction {
        guard !isClosed else { return .giveBack(delivery) }
        let key = delivery.key
        guard tags[key] == nil else {
            tags[key]?.append(delivery.message.tag)
            return .joinDuplicate
        }
        tags[key] = [delivery.message.tag]
        // Jitter comes before the lane, since its wait must not make the target look slow.
        guard key.attempt > 1, jittering.count < jitteringLimit else { return enter(delivery, nowMilliseconds) }
        jittering.insert(key)
        return .startAfterJitter(delivery, milliseconds: jitter(of: delivery.request, jitterFraction()))
    }

    /// The time of a `.startAfterJitter` is over.
    mutating func jitterEnded(_ delivery: Delivery, nowMilliseconds: Int64) -> LaneAction {
        guard jittering.remove(delivery.key) != nil, !isClosed else { return .giveBack(delivery) }
        return enter(delivery, nowMilliseconds)
    }

    /// The attempt of a `.start` has ended. Returns `.start` of the next delivery of its target, or `.wait`.
    mutating func finished(_ delivery: Delivery, nowMilliseconds: Int64) -> LaneAction {
        let action = lanes[delivery.origin]?.finished(delivery.key, nowMilliseconds: nowMilliseconds) ?? .wait
        if lanes[delivery.origin]?.isIdle == true { lanes[delivery.origin] = nil }
        return action
    }

    /// Time has passed. Once a second is enough.
    mutating func tick(nowMilliseconds: Int64) -> [LaneAction] {
        queuedOrigins.flatMap { lanes[$0]?.tick(nowMilliseconds: nowMilliseconds) ?? [] }
    }

    /// Returns `.giveBack` for each delivery that waits. Attempts in flight continue to their end.
    mutating func shutdown() -> [LaneAction] {
        isClosed = true
        return queuedOrigins.flatMap { lanes[$0]?.shutdown() ?? [] }
    }

    /// The results of these deliveries are published. Returns the tags to ack.
    mutating func settled(_ keys: [Delivery.Key]) -> [MessageTag] {
        keys.flatMap { tags.removeValue(forKey: $0) ?? [] }
    }

    /// The targets whose deliveries wait, in an order that does not depend on hashing, so that a test can repeat its
    /// seed.
    private var queuedOrigins: [String] {
        lanes.lazy.filter { $0.value.waitingCount > 0 }.map(\.key).sorted()
    }

    private mutating func enter(_ delivery: Delivery, _ nowMilliseconds: Int64) -> LaneAction {
        lanes[delivery.origin, default: Lane(inFlightLimit: inFlightLimit)]
            .admit(delivery, nowMilliseconds: nowMilliseconds)
    }

    /// At most a fifth of the retry's wait, so that deliveries that failed together do not return together.
    private func jitter(of request: DeliveryRequested, _ fraction: Double) -> Int64 {
        let fifth = request.retry.backoffSeconds(afterAttempt: request.attempt - 1) * 200
        return Int64(Double(min(fifth, Self.jitterMaxMilliseconds)) * fraction)
    }
}
