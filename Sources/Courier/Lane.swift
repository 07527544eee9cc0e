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
/// enter the lane otherwise (deferred). A lane that is proven defers to about the time of the turn; a lane that fails
/// backs off by how often the delivery was deferred; a lane that nothing is known of defers for a second.
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
    /// A delivery that comes this much before its turn is deferred again.
    static let earlyMaxMilliseconds: Int64 = 1_500
    /// The longest patience.
    static let patienceMaxMilliseconds: Int64 = 60_000
    /// The back-off of a failing lane: the first, and the longest.
    static let backoffMinSeconds: Int64 = 5
    static let backoffMaxSeconds: Int64 = 120
    /// The wait when nothing is known of the target yet.
    private static let unknownSeconds: Int64 = 1

    private struct Waiting {
        let delivery: Delivery
        let sinceMilliseconds: Int64
    }

    /// A delivery that has waited for so long, behind a target that does not answer or since the broker is unavailable,
    /// is deferred: the record may take it for lost soon, and have it made again.
    private let patienceMilliseconds: Int64
    private(set) var limit: LaneLimit
    /// When the lane was last used.
    private(set) var usedAtMilliseconds: Int64 = 0
    private var startedAt: [Delivery.Key: Int64] = [:]
    private var waiting: Deque<Waiting> = []
    private var turns = TurnEstimate()
    /// When the target last answered or failed, or began to be waited for.
    private var heardAtMilliseconds: Int64 = 0

    /// `inFlightLimit` is the cap that the lane's limit grows to.
    init(inFlightLimit: Int, patienceMilliseconds: Int64 = patienceMaxMilliseconds) {
        self.patienceMilliseconds = patienceMilliseconds
        limit = LaneLimit(cap: inFlightLimit)
    }

    /// True when the lane can be forgotten: only what it knows of its target would be lost.
    var isIdle: Bool { startedAt.isEmpty && waiting.isEmpty }

    var counts: LaneCounts {
        LaneCounts(inFlight: startedAt.count, waiting: waiting.count, unproven: limit.isProven ? 0 : heldCount)
    }

    /// Takes a delivery and returns `.start`, `.wait` or `.defer`.
    mutating func admit(
        _ delivery: Delivery, window: CourierWindow, isPaused: Bool, nowMilliseconds now: Int64
    ) -> LaneAction {
        usedAtMilliseconds = now
        if !isPaused {
            let isHeldBack = window.isCrowded(heldCount + 1) && heldCount >= CourierWindow.crowdedLaneMax
            if !isHeldBack, waiting.isEmpty, mayStart(window, entering: 1) { return start(delivery, now) }
            if isHeldBack || !mayWait(delivery, window, now) { return deferred(delivery, now) }
        }
        waiting.append(Waiting(delivery: delivery, sinceMilliseconds: now))
        return .wait
    }

    /// An attempt has ended. Returns `.start` for each delivery that there is room for now, and `.defer` for each that
    /// waits in vain.
    mutating func finished(
        _ key: Delivery.Key, _ outcome: LaneOutcome, window: CourierWindow, isPaused: Bool,
        nowMilliseconds now: Int64
    ) -> [LaneAction] {
        guard let begun = startedAt.removeValue(forKey: key) else { return [] }
        usedAtMilliseconds = now
        heardAtMilliseconds = now
        switch outcome {
        case .answered: if limit.answered(afterMilliseconds: now - begun) { turns = TurnEstimate() }
        case .failed: limit.failed()
        case .notTried: break
        }
        return tick(window: window, isPaused: isPaused, nowMilliseconds: now)
    }

    /// Time has passed, or the courier may start attempts again. Returns what `finished` returns.
    mutating func tick(window: CourierWindow, isPaused: Bool, nowMilliseconds now: Int64) -> [LaneAction] {
        guard !isPaused else { return [] }
        var actions: [LaneAction] = []
        while let first = waiting.first {
            if now - first.sinceMilliseconds > patienceMilliseconds {
                actions.append(deferred(first.delivery, now))
            } else if mayStart(window, entering: 0) {
                actions.append(start(first.delivery, now))
            } else {
                break
            }
            waiting.removeFirst()
        }
        return actions + trim(window, now)
    }

    /// Defers those that wait in vain, the last ones first. A proven lane keeps up to twice its room, so that small
    /// changes of its speed defer nothing.
    private mutating func trim(_ window: CourierWindow, _ now: Int64) -> [LaneAction] {
        let room = limit.isProven ? room(window, now) : Self.waitingMin
        guard waiting.count > (limit.isProven ? 2 * room : room) else { return [] }
        var actions: [LaneAction] = []
        while waiting.count > room, let last = waiting.popLast() { actions.append(deferred(last.delivery, now)) }
        return actions
    }

    /// Releases the deliveries that wait, and returns them. Attempts in flight continue to their end.
    mutating func release() -> [Delivery] {
        defer { waiting = [] }
        return waiting.map(\.delivery)
    }

    private var heldCount: Int { startedAt.count + waiting.count }

    /// Every lane may probe with one. Beyond that, lanes that are not proven share a part of the window. `entering` is
    /// 1 for a delivery that is not in the lane yet.
    private func mayStart(_ window: CourierWindow, entering: Int) -> Bool {
        guard startedAt.count < limit.value else { return false }
        return limit.isProven || startedAt.isEmpty || window.hasRoomForUnproven(heldCount + entering)
    }

    private func mayWait(_ delivery: Delivery, _ window: CourierWindow, _ now: Int64) -> Bool {
        guard limit.isProven else {
            return waiting.count < Self.waitingMin && window.hasRoomToWaitUnproven(heldCount + 1)
        }
        let milliseconds = Double(waiting.count) * 1_000 / rate(now)
        if let turn = delivery.turnMilliseconds,
            turn > now + Int64(milliseconds) + Self.earlyMaxMilliseconds
        {
            return false
        }
        return window.hasRoomToWait(waiting.count + 1) && waiting.count < room(window, now)
    }

    /// How many deliveries may wait in a proven lane.
    private func room(_ window: CourierWindow, _ now: Int64) -> Int {
        min(window.size / 2, max(Self.waitingMin, Int(Self.waitMaxSeconds * rate(now))))
    }

    private func rate(_ now: Int64) -> Double {
        limit.ratePerSecond(silentMilliseconds: startedAt.isEmpty ? 0 : now - heardAtMilliseconds)
    }

    private mutating func start(_ delivery: Delivery, _ now: Int64) -> LaneAction {
        if startedAt.isEmpty { heardAtMilliseconds = now }
        startedAt[delivery.key] = now
        return .start(delivery)
    }

    private mutating func deferred(_ delivery: Delivery, _ now: Int64) -> LaneAction {
        guard limit.isProven else {
            let doublings = min(delivery.request.deferrals.count, 5)
            let seconds = limit.isFailing ? Self.backoffMinSeconds << doublings : Self.unknownSeconds
            let step = RetryLadder.step(atMostSeconds: min(seconds, Self.backoffMaxSeconds))
            return .defer(delivery, Deferral(stepSeconds: step, turnMilliseconds: nil))
        }
        let given = delivery.turnMilliseconds.flatMap { $0 >= now + 1_000 ? $0 : nil }
        let turn = given ?? turns.next(behind: waiting.count, ratePerSecond: rate(now), nowMilliseconds: now)
        let step = RetryLadder.step(
            atMostSeconds: min(turn - now, TurnEstimate.aheadMaxMilliseconds) / 1_000)
        return .defer(delivery, Deferral(stepSeconds: step, turnMilliseconds: turn))
    }
}
