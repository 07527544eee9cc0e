import DequeModule
import JobCore
import Messaging

/// The deliveries of one target: those in flight and those that wait. A state machine without IO and without a clock.
///
/// A delivery in a lane is in one of two states:
/// - *waiting*. Moves to *in flight* when there is room (`finished`, `tick`); leaves the lane when too many wait since
///   the target became slow or failed, or when it has waited too long (deferred), or when the broker has it back or
///   shall have it (`release`).
/// - *in flight*. Leaves the lane when its attempt ends (`finished`).
///
/// A new delivery (`admit`) goes to *in flight* while there is room, to *waiting* while its turn is near, and does not
/// enter the lane otherwise (deferred). A lane that is proven defers to about the time of the turn. A lane that fails
/// backs off by how often its target has failed in a row, and by how often the delivery was deferred. A lane that knows
/// nothing of its target lets its deliveries wait for the first answer for a moment, and then defers for some seconds.
///
/// Always:
/// - No more are in flight than `limit.value`, except those that were started before it was halved.
/// - If a delivery waits and the courier may start attempts, at least one is in flight.
/// - `window` is the share of the *other* lanes: the caller takes this lane's `counts` out of it.
struct Lane {
    /// A proven lane keeps deliveries waiting for about this long.
    static let waitMaxSeconds = 3.0
    /// Deliveries that wait in any lane, so that it goes on without a pause.
    static let waitingMin = 4
    /// The deliveries of an unknown target wait for its first answer for this long. Most targets answer sooner, and a
    /// burst would otherwise be deferred for a second.
    static let probeMilliseconds: Int64 = 500
    /// A delivery that comes this much before its turn is deferred again.
    static let earlyMaxMilliseconds: Int64 = 1_500
    /// The longest patience.
    static let patienceMaxMilliseconds: Int64 = 60_000
    /// The back-off of a failing lane: the first, and the longest.
    static let backoffMinSeconds: Int64 = 5
    static let backoffMaxSeconds: Int64 = 120
    /// The first wait when nothing is known of the target yet.
    private static let unknownMinSeconds: Int64 = 1

    private struct Started {
        let atMilliseconds: Int64
        let places: Int
    }

    private struct Waiting {
        let delivery: Delivery
        let sinceMilliseconds: Int64
        let places: Int
    }

    /// A delivery that has waited for so long, behind a target that does not answer or since the broker is unavailable,
    /// is deferred: the record may take it for lost soon, and have it made again.
    private let patienceMilliseconds: Int64
    private(set) var limit: LaneLimit
    /// When the lane was last used.
    private(set) var usedAtMilliseconds: Int64 = 0
    private var started: [Delivery.Key: Started] = [:]
    private var startedPlaces = 0
    private var waiting: Deque<Waiting> = []
    private var waitingPlaces = 0
    private var turns = TurnEstimate()
    /// When the target last answered or failed, or began to be waited for.
    private var heardAtMilliseconds: Int64 = 0

    /// `inFlightLimit` is the cap that the lane's limit grows to.
    init(inFlightLimit: Int, patienceMilliseconds: Int64 = patienceMaxMilliseconds) {
        self.patienceMilliseconds = patienceMilliseconds
        limit = LaneLimit(cap: inFlightLimit)
    }

    /// Changes the cap that the lane's limit grows to. What there is room for then starts with the next `tick`.
    mutating func setInFlightLimit(_ inFlightLimit: Int) { limit.setCap(inFlightLimit) }

    /// True when the lane can be forgotten: only what it knows of its target would be lost.
    var isIdle: Bool { started.isEmpty && waiting.isEmpty }

    var counts: LaneCounts {
        LaneCounts(inFlight: startedPlaces, waiting: waitingPlaces, unproven: limit.isProven ? 0 : heldPlaces)
    }

    /// Takes a delivery and returns `.start`, `.wait` or `.defer`.
    mutating func admit(
        _ delivery: Delivery, window: CourierWindow, isPaused: Bool, nowMilliseconds now: Int64
    ) -> LaneAction {
        usedAtMilliseconds = now
        let places = window.places(of: delivery)
        if !isPaused {
            let isHeldBack =
                window.isCrowded(heldPlaces + places) && heldPlaces + places > window.crowdedLaneMax
            if !isHeldBack, waiting.isEmpty, mayStart(window, entering: places) { return start(delivery, places, now) }
            if isHeldBack || !mayWait(delivery, places, window, now) { return deferred(delivery, now) }
        }
        waiting.append(Waiting(delivery: delivery, sinceMilliseconds: now, places: places))
        waitingPlaces += places
        return .wait
    }

    /// An attempt has ended. Returns `.start` for each delivery that there is room for now, and `.defer` for each that
    /// waits in vain.
    mutating func finished(
        _ key: Delivery.Key, _ outcome: LaneOutcome, window: CourierWindow, isPaused: Bool,
        nowMilliseconds now: Int64
    ) -> [LaneAction] {
        guard let ended = started.removeValue(forKey: key) else { return [] }
        startedPlaces -= ended.places
        usedAtMilliseconds = now
        heardAtMilliseconds = now
        switch outcome {
        case .answered: if limit.answered(afterMilliseconds: now - ended.atMilliseconds) { turns = TurnEstimate() }
        case .failed: limit.failed()
        case .notTried, .asked: break
        }
        return tick(window: window, isPaused: isPaused, nowMilliseconds: now)
    }

    /// Time has passed, or the courier may start attempts again. Returns what `finished` returns.
    mutating func tick(window: CourierWindow, isPaused: Bool, nowMilliseconds now: Int64) -> [LaneAction] {
        guard !isPaused else { return [] }
        var actions: [LaneAction] = []
        while let first = waiting.first {
            let isOverdue = now - first.sinceMilliseconds > patienceMilliseconds
            guard isOverdue || mayStart(window, entering: 0) else { break }
            waiting.removeFirst()
            waitingPlaces -= first.places
            actions.append(isOverdue ? deferred(first.delivery, now) : start(first.delivery, first.places, now))
        }
        return actions + trim(window, now)
    }

    /// Defers those that wait in vain, the last ones first. A proven lane keeps up to twice its room, so that small
    /// changes of its speed defer nothing.
    private mutating func trim(_ window: CourierWindow, _ now: Int64) -> [LaneAction] {
        let room = limit.isProven ? room(window, now) : Self.waitingMin
        guard waiting.count > (limit.isProven ? 2 * room : room) else { return [] }
        var actions: [LaneAction] = []
        while waiting.count > room, !mayAwaitProbe(window, entering: 0, now), let last = waiting.popLast() {
            waitingPlaces -= last.places
            actions.append(deferred(last.delivery, now))
        }
        return actions
    }

    /// Releases the deliveries that wait, and returns them. Attempts in flight continue to their end.
    mutating func release() -> [Delivery] {
        defer { (waiting, waitingPlaces) = ([], 0) }
        return waiting.map(\.delivery)
    }

    private var heldPlaces: Int { startedPlaces + waitingPlaces }

    /// Every lane may probe with one. Beyond that, lanes that are not proven share a part of the window. `entering` are
    /// the places of a delivery that is not in the lane yet.
    private func mayStart(_ window: CourierWindow, entering: Int) -> Bool {
        guard started.count < limit.value else { return false }
        return limit.isProven || started.isEmpty || window.hasRoomForUnproven(heldPlaces + entering)
    }

    private func mayWait(_ delivery: Delivery, _ places: Int, _ window: CourierWindow, _ now: Int64) -> Bool {
        guard limit.isProven else {
            return waiting.count < Self.waitingMin && window.hasRoomToWaitUnproven(heldPlaces + places)
                || mayAwaitProbe(window, entering: places, now)
        }
        let milliseconds = Double(waiting.count) * 1_000 / rate(now)
        if let turn = delivery.turnMilliseconds,
            turn > now + Int64(milliseconds) + Self.earlyMaxMilliseconds
        {
            return false
        }
        return window.hasRoomToWait(waitingPlaces + places) && waiting.count < room(window, now)
    }

    /// Whether more may wait because the target, of which nothing is known, is about to answer for the first time.
    private func mayAwaitProbe(_ window: CourierWindow, entering: Int, _ now: Int64) -> Bool {
        !limit.isProven && !limit.isFailing && now - heardAtMilliseconds < Self.probeMilliseconds
            && window.hasRoomToWaitUnproven(heldPlaces + entering)
    }

    /// How many deliveries may wait in a proven lane.
    private func room(_ window: CourierWindow, _ now: Int64) -> Int {
        min(window.size / 2, max(Self.waitingMin, Int(Self.waitMaxSeconds * rate(now))))
    }

    private func rate(_ now: Int64) -> Double {
        limit.ratePerSecond(silentMilliseconds: started.isEmpty ? 0 : now - heardAtMilliseconds)
    }

    private mutating func start(_ delivery: Delivery, _ places: Int, _ now: Int64) -> LaneAction {
        if started.isEmpty { heardAtMilliseconds = now }
        started[delivery.key] = Started(atMilliseconds: now, places: places)
        startedPlaces += places
        return .start(delivery)
    }

    private mutating func deferred(_ delivery: Delivery, _ now: Int64) -> LaneAction {
        guard limit.isProven else {
            let count = delivery.request.deferrals.count
            // The deferrals before the target first failed say nothing about how long it will.
            let seconds =
                limit.isFailing
                ? Self.backoffMinSeconds << min(count, limit.failuresInARow - 1, 5)
                : Self.unknownMinSeconds << min(count, 3)
            let step = RetryLadder.step(atMostSeconds: min(seconds, Self.backoffMaxSeconds))
            return .defer(delivery, LaneDeferral(stepSeconds: step, turnMilliseconds: nil))
        }
        let given = delivery.turnMilliseconds.flatMap { $0 >= now + 1_000 ? $0 : nil }
        let turn = given ?? turns.next(behind: waiting.count, ratePerSecond: rate(now), nowMilliseconds: now)
        let step = RetryLadder.step(
            atMostSeconds: min(turn - now, TurnEstimate.aheadMaxMilliseconds) / 1_000)
        return .defer(delivery, LaneDeferral(stepSeconds: step, turnMilliseconds: turn))
    }
}
