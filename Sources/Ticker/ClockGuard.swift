public import JobCore

/// Ignores a wall clock that leaps ahead: a wrong clock must not fire what is not due. Pure.
public struct ClockGuard: Sendable {
    /// How far the wall clock may gain on the monotonic clock between two reads.
    static let leapMaxMilliseconds: Int64 = 300_000

    private var last: (believed: Instant, monotonicMilliseconds: Int64)?

    public init() {}

    /// The time to use, and whether the wall clock is ignored. While it is, time passes evenly from the last instant
    /// that was believed. The wall clock is believed again once it is within five minutes of that.
    public mutating func read(wall: Instant, monotonicMilliseconds: Int64) -> (now: Instant, isHeld: Bool) {
        guard let last else {
            self.last = (wall, monotonicMilliseconds)
            return (wall, false)
        }
        let expected = last.believed.adding(milliseconds: monotonicMilliseconds - last.monotonicMilliseconds)
        let isHeld = wall.milliseconds(since: expected) > Self.leapMaxMilliseconds
        let believed = isHeld ? expected : wall
        // A clock that steps back and is then corrected has not leapt: the time before the step stays the measure.
        self.last = (max(believed, expected), monotonicMilliseconds)
        return (believed, isHeld)
    }
}
