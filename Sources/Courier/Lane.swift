import DequeModule

/// The deliveries of one target: those in flight and those that wait. A state machine without IO and without a clock.
///
/// A slow or unreachable target must not fill the courier's window and so stop the other targets: a delivery that would
/// wait too long is deferred to a retry queue. The deliveries of a fast target wait in the lane.
///
/// A delivery in a lane is in one of two states:
/// - *waiting*. Moves to *in flight* when one in flight finishes (`finished`); leaves the lane when its wait would be
///   too long (`tick`: deferred) or at shutdown (`shutdown`: given back).
/// - *in flight*. Leaves the lane when its attempt ends (`finished`).
///
/// A new delivery (`admit`) goes to *in flight* while there is room, to *waiting* while the wait is short, and does not
/// enter the lane otherwise (deferred).
struct Lane {
    /// A delivery that would wait longer than this is deferred.
    static let patienceMilliseconds: Int64 = 2_000

    /// Deliveries in flight at once, at most.
    let inFlightLimit: Int
    private var startedAt: [Delivery.Key: Int64] = [:]
    private var waiting: Deque<Delivery> = []
    /// A moving average in which the last delivery counts an eighth.
    private var latencyMilliseconds: Double?

    init(inFlightLimit: Int) {
        precondition(inFlightLimit > 0, "a lane that starts nothing would keep its deliveries for ever")
        self.inFlightLimit = inFlightLimit
    }

    /// True when the lane can be removed: only its moving average would be lost.
    var isIdle: Bool { startedAt.isEmpty && waiting.isEmpty }
    var inFlightCount: Int { startedAt.count }
    var waitingCount: Int { waiting.count }

    /// Takes a delivery and returns `.start`, `.wait` or `.defer`.
    mutating func admit(_ delivery: Delivery, nowMilliseconds: Int64) -> LaneAction {
        if startedAt.count < inFlightLimit { return start(delivery, nowMilliseconds) }
        guard isShortWait(behind: waiting.count, nowMilliseconds) else { return .defer(delivery) }
        waiting.append(delivery)
        return .wait
    }

    /// An attempt has ended. Returns `.start` of the delivery that waited longest, or `.wait` when no delivery waits.
    mutating func finished(_ key: Delivery.Key, nowMilliseconds: Int64) -> LaneAction {
        guard let begun = startedAt.removeValue(forKey: key) else { return .wait }
        let latency = Double(nowMilliseconds - begun)
        latencyMilliseconds = latencyMilliseconds.map { $0 + (latency - $0) / 8 } ?? latency
        return waiting.popFirst().map { start($0, nowMilliseconds) } ?? .wait
    }

    /// Time has passed. Returns `.defer` for deliveries that would now wait too long, since the target became slow
    /// after they were admitted.
    mutating func tick(nowMilliseconds: Int64) -> [LaneAction] {
        guard let first = waiting.indices.first(where: { !isShortWait(behind: $0, nowMilliseconds) }) else { return [] }
        let impatient = waiting[first...].map(LaneAction.defer)
        waiting.removeSubrange(first...)
        return impatient
    }

    /// Shutdown. Returns `.giveBack` for each delivery that waits. Attempts in flight continue to their end.
    mutating func shutdown() -> [LaneAction] {
        defer { waiting = [] }
        return waiting.map(LaneAction.giveBack)
    }

    private mutating func start(_ delivery: Delivery, _ nowMilliseconds: Int64) -> LaneAction {
        startedAt[delivery.key] = nowMilliseconds
        return .start(delivery)
    }

    /// True when a delivery behind `count` others starts soon enough. A target that has not answered yet counts as slow
    /// as its oldest delivery is old.
    private func isShortWait(behind count: Int, _ nowMilliseconds: Int64) -> Bool {
        let oldest = startedAt.values.min().map { Double(nowMilliseconds - $0) } ?? 0
        let latency = max(latencyMilliseconds ?? 0, oldest)
        return Int64(latency * Double(count / inFlightLimit + 1)) <= Self.patienceMilliseconds
    }
}
