import JobCore
import Messaging

/// All deliveries in hand, by target. A state machine without IO and without a clock.
///
/// A delivery is in hand from `admit` to `settled`. In between it is in one of these states:
/// - *jittering*: a retry that waits a random time before it enters its lane. Moves to *in its lane* or *settling*
///   (deferred) with `jitterEnded`; given back at `shutdown`.
/// - *in its lane*: waiting or in flight (see `Lane`). Moves to *settling* with `finished`, or when it is deferred;
///   given back at `shutdown` if it waits.
/// - *settling*: its messages are being published. A redelivery that is not in hand begins here (`.ask`). Leaves with
///   `settled`, which returns the tags to ack.
///
/// While the lanes are *paused*, nothing starts and nothing is deferred: deliveries wait in their lanes. After
/// `shutdown` the lanes are *closed* for good, and start nothing more. A delivery that is given back stays in hand, so
/// that this process never starts its redelivery.
///
/// Always: `window.held` is the sum of what the lanes hold.
struct Lanes {
    /// The longest jitter.
    static let jitterMaxMilliseconds: Int64 = 5_000
    /// A target is remembered for this long after its last delivery.
    static let memoryMilliseconds: Int64 = 600_000
    /// Targets that are remembered. Those with deliveries in hand, at most as many as the window, are never forgotten.
    static let rememberedMax = 10_000

    /// The most deliveries in flight to one target.
    private(set) var inFlightLimit: Int
    /// The most places of the courier's window that retries take while they wait out a jitter. Further retries enter
    /// their lanes at once.
    let jitteringLimit: Int
    private let patienceMilliseconds: Int64
    /// True while no attempt may begin, since its result could not be reported.
    var isPaused = false

    private(set) var window: CourierWindow
    private var lanes: [String: Lane] = [:]
    /// Every message of a trip in hand, each to be acked when the trip has ended.
    private var tags: [Delivery.Trip: [MessageTag]] = [:]
    /// The trip that a delivery in hand is on. None once it was deferred or the record is asked: its next trip may
    /// begin before the last one is settled.
    private var trips: [Delivery.Key: Delivery.Trip] = [:]
    /// With the places that each takes.
    private var jittering: [Delivery.Key: Int] = [:]
    private var isClosed = false
    /// The number of the broker's latest connection.
    private var epoch: UInt64 = 0

    /// `windowSize` is the most messages in hand. A lane's limit grows to `inFlightLimit`. A delivery that is overdue
    /// by `redeliverAfterSeconds` on record is taken for lost; none waits in a lane for more than a fifth of that.
    init(windowSize: Int, inFlightLimit: Int, jitteringLimit: Int, redeliverAfterSeconds: Int64 = 300) {
        patienceMilliseconds = min(Lane.patienceMaxMilliseconds, redeliverAfterSeconds * 200)
        self.inFlightLimit = inFlightLimit
        self.jitteringLimit = jitteringLimit
        window = CourierWindow(size: windowSize)
    }

    /// Changes the most deliveries in flight to one target. What there is room for then starts with the next `tick`.
    mutating func setInFlightLimit(_ limit: Int) {
        guard limit != inFlightLimit else { return }
        inFlightLimit = limit
        for name in lanes.keys { lanes[name]?.setInFlightLimit(limit) }
    }

    /// The targets that are remembered.
    var laneCount: Int { lanes.count }

    /// Takes a message's delivery. `jitterFraction` returns a random number from 0 to 1; it is called for retries only.
    ///
    /// After a lost connection the broker redelivers messages that are still in hand. The redelivery of an attempt in
    /// flight joins the first one; what waited is forgotten. Of any other redelivery nobody here knows whether the
    /// attempt was made, and what became of the run since: the record is asked. So it is about a replay.
    mutating func admit(
        _ delivery: Delivery, nowMilliseconds: Int64, jitterFraction: () -> Double
    ) -> LaneAction {
        guard !isClosed else { return .giveBack(delivery) }
        forgetLost(before: delivery.message.tag.epoch)
        let key = delivery.key
        // The message that was replayed may still be in hand. They must not be acked together.
        let isReplay = !delivery.request.replays.isJudged
        let trip = isReplay ? delivery.trip : trips[key] ?? delivery.trip
        guard tags[trip] == nil else {
            tags[trip]?.append(delivery.message.tag)
            return .joinDuplicate
        }
        tags[trip] = [delivery.message.tag]
        if delivery.message.isRedelivered || isReplay { return .ask(delivery) }
        trips[key] = trip
        // Jitter comes before the lane, since its wait must not make the target look slow. A retry that was deferred
        // for a busy target has waited it out before.
        guard key.attempt > 1, delivery.request.deferrals.count == 0, case let places = window.places(of: delivery),
            jittering.values.reduce(places, +) <= jitteringLimit
        else { return enter(delivery, nowMilliseconds) }
        jittering[key] = places
        return .startAfterJitter(delivery, milliseconds: jitter(of: delivery.request, jitterFraction()))
    }

    /// The time of a `.startAfterJitter` is over.
    mutating func jitterEnded(_ delivery: Delivery, nowMilliseconds: Int64) -> LaneAction {
        guard jittering.removeValue(forKey: delivery.key) != nil, !isClosed else { return .giveBack(delivery) }
        return enter(delivery, nowMilliseconds)
    }

    /// The attempt of a `.start` has ended. Returns `.start` for each delivery of its target that there is room for
    /// now, and `.defer` for each that waits in vain.
    mutating func finished(
        _ delivery: Delivery, _ outcome: LaneOutcome, nowMilliseconds: Int64
    ) -> [LaneAction] {
        let isPaused = isPaused || isClosed
        if outcome == .asked { trips[delivery.key] = nil }
        let actions = change(delivery.laneName) { lane, window in
            lane.finished(
                delivery.key, outcome, window: window, isPaused: isPaused, nowMilliseconds: nowMilliseconds)
        }
        return endingTrips(actions)
    }

    /// Time has passed, or attempts may begin again. Once in `Lane.probeMilliseconds` is enough.
    mutating func tick(nowMilliseconds: Int64) -> [LaneAction] {
        forgetIdle(nowMilliseconds)
        let isPaused = isPaused || isClosed
        let actions = queuedLanes.flatMap { name in
            change(name) { lane, window in
                lane.tick(window: window, isPaused: isPaused, nowMilliseconds: nowMilliseconds)
            }
        }
        return endingTrips(actions)
    }

    /// Returns `.giveBack` for each delivery that waits. Attempts in flight continue to their end.
    mutating func shutdown() -> [LaneAction] {
        isClosed = true
        return release().map(LaneAction.giveBack)
    }

    /// The results of these trips are published. Returns the tags to ack.
    mutating func settled(_ ended: [Delivery.Trip]) -> [MessageTag] {
        ended.flatMap { trip in
            if trips[trip.key] == trip { trips[trip.key] = nil }
            return tags.removeValue(forKey: trip) ?? []
        }
    }

    /// Forgets the deliveries that came over an earlier connection and wait or jitter: the broker gives them to any
    /// courier again, and two would make them. Those in flight stay in hand, so that a redelivery joins them.
    private mutating func forgetLost(before epoch: UInt64) {
        guard epoch > self.epoch else { return }
        self.epoch = epoch
        let lost = release().map(\.key) + jittering.keys
        jittering = [:]
        for trip in lost.compactMap({ trips.removeValue(forKey: $0) }) { tags[trip] = nil }
    }

    private mutating func release() -> [Delivery] {
        queuedLanes.flatMap { name in change(name) { lane, _ in lane.release() } }
    }

    /// The targets whose deliveries wait, in an order that does not depend on hashing, so that a test can repeat its
    /// seed.
    private var queuedLanes: [String] {
        lanes.lazy.filter { $0.value.counts.waiting > 0 }.map(\.key).sorted()
    }

    private mutating func enter(_ delivery: Delivery, _ nowMilliseconds: Int64) -> LaneAction {
        let isPaused = isPaused
        let action = change(delivery.laneName) { lane, window in
            lane.admit(delivery, window: window, isPaused: isPaused, nowMilliseconds: nowMilliseconds)
        }
        if case .defer = action { trips[delivery.key] = nil }
        return action
    }

    /// Ends the trips of the deliveries that are deferred. Returns the actions.
    private mutating func endingTrips(_ actions: [LaneAction]) -> [LaneAction] {
        for case .defer(let delivery, _) in actions { trips[delivery.key] = nil }
        return actions
    }

    /// Changes a lane in place, and keeps the window's sum. The lane sees the window without its own share.
    private mutating func change<Result>(
        _ name: String, _ change: (inout Lane, CourierWindow) -> Result
    ) -> Result {
        let unknown = Lane(inFlightLimit: inFlightLimit, patienceMilliseconds: patienceMilliseconds)
        window.held -= lanes[name]?.counts ?? LaneCounts()
        let result = change(&lanes[name, default: unknown], window)
        window.held += lanes[name]?.counts ?? LaneCounts()
        return result
    }

    /// Forgets targets that had no delivery for a while; if there are too many, those first that had none for longest.
    private mutating func forgetIdle(_ nowMilliseconds: Int64) {
        let forgotten = nowMilliseconds - Self.memoryMilliseconds
        lanes = lanes.filter { !$0.value.isIdle || $0.value.usedAtMilliseconds > forgotten }
        guard lanes.count > Self.rememberedMax else { return }
        let idle = lanes.filter(\.value.isIdle).map { (name: $0.key, usedAt: $0.value.usedAtMilliseconds) }
        for lane in idle.sorted(by: { ($0.usedAt, $0.name) < ($1.usedAt, $1.name) })
            .prefix(lanes.count - Self.rememberedMax)
        {
            lanes[lane.name] = nil
        }
    }

    /// At most a fifth of the retry's wait, so that deliveries that failed together do not return together.
    private func jitter(of request: DeliveryRequested, _ fraction: Double) -> Int64 {
        let seconds = request.retry.backoffSeconds(afterAttempt: request.attempt - 1)
        let fifth = min(max(0, seconds), Self.jitterMaxMilliseconds / 200) * 200
        return Int64(Double(fifth) * min(max(0, fraction), 1))
    }
}
