public import JobCore

/// Ignores a wall clock that leaps ahead, since a wrong clock must not fire occurrences that are not due. Pure.
public struct ClockGuard: Sendable {
    /// How far the wall clock may gain on the monotonic clock between two reads.
    static let leapMaxMilliseconds: Int64 = 300_000

    private var last: (trusted: Instant, monotonicMilliseconds: Int64)?

    public init() {}

    /// Returns the time to use, and `isHeld`, true while the wall clock is ignored. Then the time is the last trusted
    /// instant plus the monotonic time since. The wall clock is trusted again once it is at most five minutes ahead of
    /// that.
    public mutating func read(wall: Instant, monotonicMilliseconds: Int64) -> (now: Instant, isHeld: Bool) {
        guard let last else {
            self.last = (wall, monotonicMilliseconds)
            return (wall, false)
        }
        let expected = last.trusted.adding(milliseconds: monotonicMilliseconds - last.monotonicMilliseconds)
        let isHeld = wall.milliseconds(since: expected) > Self.leapMaxMilliseconds
        let trusted = isHeld ? expected : wall
        // A clock that steps back and is then corrected has not leapt: later readings are compared with the time
        // before the step.
        self.last = (max(trusted, expected), monotonicMilliseconds)
        return (trusted, isHeld)
    }
}
