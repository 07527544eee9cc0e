/// How many deliveries a target may have in flight, and what it has shown so far. Pure.
///
/// A target that has not answered yet is probed with one delivery. Its first answer raises the limit to 16, each
/// further answer by one, so that the limit doubles with each round trip, up to the cap. A failure halves the limit.
///
/// Always: 1 ≤ `value` ≤ `cap`.
struct LaneLimit: Sendable, Equatable {
    static let afterFirstAnswer = 16
    /// After this many failures in a row a target that had answered before is not proven any more. One broken
    /// connection proves nothing.
    static let failuresMax = 3
    /// Deliveries a second that a lane is thought to do at least.
    private static let ratePerSecondMin = 0.1

    private(set) var cap: Int
    private(set) var value = 1
    /// The target has answered, and not failed too often since.
    private(set) var isProven = false
    /// The target has failed, and has not come back to its cap yet.
    private(set) var isFailing = false
    private(set) var failuresInARow = 0
    /// A moving average in which the last answer counts a fifth.
    private var latencyMilliseconds: Double?

    init(cap: Int) {
        precondition(cap > 0, "a lane that starts nothing would keep its deliveries for ever")
        self.cap = cap
    }

    /// Changes the cap. Deliveries in flight beyond it continue to their end.
    mutating func setCap(_ cap: Int) {
        precondition(cap > 0, "a lane that starts nothing would keep its deliveries for ever")
        self.cap = cap
        value = min(value, cap)
    }

    /// The target has answered. Returns true when this proves it.
    mutating func answered(afterMilliseconds milliseconds: Int64) -> Bool {
        let latency = Double(max(0, milliseconds))
        latencyMilliseconds = latencyMilliseconds.map { $0 + (latency - $0) / 5 } ?? latency
        failuresInARow = 0
        defer {
            value = min(cap, value + 1)
            if value == cap { isFailing = false }
        }
        guard !isProven else { return false }
        isProven = true
        value = max(value, min(cap, Self.afterFirstAnswer))
        return true
    }

    /// The target has not answered, or could not be reached.
    mutating func failed() {
        failuresInARow += 1
        isFailing = true
        value = max(1, value / 2)
        if failuresInARow >= Self.failuresMax { isProven = false }
    }

    /// Deliveries a second that the lane can do, when its target has kept silent for `silentMilliseconds`.
    ///
    /// A healthy lane is judged by its cap, not by how far it has grown: judged by the small limit of its first second,
    /// it would send its deliveries far away, and idle.
    func ratePerSecond(silentMilliseconds: Int64) -> Double {
        guard let latencyMilliseconds else { return 1 }
        let slots = Double(isProven && !isFailing ? cap : value)
        let milliseconds = max(latencyMilliseconds, Double(silentMilliseconds), 1)
        return max(Self.ratePerSecondMin, slots * 1_000 / milliseconds)
    }
}
