public import JobCore

/// Does not believe a wall clock that leaps ahead: a wrong clock must not fire what is not due.
public struct ClockGuard: Sendable {
    /// What the clock may gain on the even passing of time between two looks.
    static let believedLeapMilliseconds: Int64 = 300_000

    private var last: (believed: Instant, monotonicMilliseconds: Int64)?

    public init() {}

    /// The time to go by, and whether the wall clock is being disbelieved. While it is, time passes evenly from the
    /// last instant that was believed; it is believed again once it is back within five minutes of that.
    public mutating func read(wall: Instant, monotonicMilliseconds: Int64) -> (now: Instant, isHeld: Bool) {
        guard let last else {
            self.last = (wall, monotonicMilliseconds)
            return (wall, false)
        }
        let expected = last.believed.adding(milliseconds: monotonicMilliseconds - last.monotonicMilliseconds)
        let isHeld = wall.milliseconds(since: expected) > Self.believedLeapMilliseconds
        let believed = isHeld ? expected : wall
        // A clock that steps back and is then put right has not leapt: the line it left stays the measure.
        self.last = (max(believed, expected), monotonicMilliseconds)
        return (believed, isHeld)
    }
}
