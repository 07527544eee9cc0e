/// When the deliveries that a lane defers get their turns: one after the other, at the lane's rate. Pure.
struct TurnEstimate: Sendable, Equatable {
    /// No turn is expected later than this.
    static let aheadMaxMilliseconds: Int64 = 600_000

    /// The last turn that was given.
    private var lastMilliseconds: Double = 0

    /// The next turn: behind those that wait now, and behind those that were deferred before.
    mutating func next(behind waitingCount: Int, ratePerSecond: Double, nowMilliseconds: Int64) -> Int64 {
        let now = Double(nowMilliseconds)
        let free = max(lastMilliseconds, now + Double(waitingCount) * 1_000 / ratePerSecond)
        lastMilliseconds = min(free + 1_000 / ratePerSecond, now + Double(Self.aheadMaxMilliseconds))
        return Int64(lastMilliseconds)
    }
}
