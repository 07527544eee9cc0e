/// Decides whether the wall clock is believed. Pure.
///
/// What a wrong clock does can't be undone: it ends runs, removes history, and runs jobs that are not due. A clock that
/// leaps against the monotonic one is therefore not believed until it is corrected, or has kept pace with the monotonic
/// clock for ten minutes: then the leap was its correction.
///
/// ```swift
/// var clock = ClockGuard()
/// let reading = clock.read(wall: time.now(), monotonicMilliseconds: time.monotonicMilliseconds())
/// guard reading.isBelieved else { return }
/// ```
public struct ClockGuard: Sendable {
    /// How far the wall clock may move against the monotonic clock, ahead or back, from one reading to the next.
    public static let leapMaxMilliseconds: Int64 = 300_000
    /// A clock that leapt is believed after it has kept pace for this long.
    public static let proofMilliseconds: Int64 = 600_000
    /// How far a clock that keeps pace may wander in this time.
    private static let wanderMaxMilliseconds: Int64 = 5_000

    /// One reading of the wall clock.
    public struct Reading: Sendable, Equatable {
        /// The time: that of the wall clock if it is believed, else what it would show if it had not leapt.
        public var now: Instant
        public var isBelieved: Bool

        public init(now: Instant, isBelieved: Bool) {
            self.now = now
            self.isBelieved = isBelieved
        }
    }

    /// What a clock showed, and when.
    private struct Point {
        var wall: Instant
        var monotonicMilliseconds: Int64

        /// How far `other` is ahead of this clock, had it kept pace since.
        func gain(of other: Point) -> Int64 {
            other.wall.milliseconds(since: wall) - (other.monotonicMilliseconds - monotonicMilliseconds)
        }

        /// What this clock shows later, if it keeps pace.
        func later(atMonotonicMilliseconds later: Int64) -> Instant {
            wall.adding(milliseconds: later - monotonicMilliseconds)
        }
    }

    /// The latest reading that was believed.
    private var believed: Point?
    /// The first reading after the latest leap.
    private var doubted: Point?
    /// Where the record says that the time is, until a reading has been believed.
    private var evidence: ClosedRange<Instant>?

    public init() {}

    /// Takes into account that a clock which is right can only show a time of this range, as far as the record shows.
    ///
    /// It is for the start of a process, whose first reading has nothing else to be compared with.
    public mutating func expect(_ range: ClosedRange<Instant>) {
        evidence = range
    }

    /// Returns the time, and whether it is believed.
    public mutating func read(wall: Instant, monotonicMilliseconds: Int64) -> Reading {
        let point = Point(wall: wall, monotonicMilliseconds: monotonicMilliseconds)
        if isPlausible(point) || isProved(point) {
            (believed, doubted, evidence) = (point, nil, nil)
            return Reading(now: wall, isBelieved: true)
        }
        if !keepsPace(point) { doubted = point }
        let expected = believed?.later(atMonotonicMilliseconds: monotonicMilliseconds) ?? wall
        return Reading(now: expected, isBelieved: false)
    }

    private func isPlausible(_ point: Point) -> Bool {
        if let evidence, !evidence.contains(point.wall) { return false }
        guard let believed, evidence == nil else { return true }
        return believed.gain(of: point).magnitude <= Self.leapMaxMilliseconds
    }

    private func keepsPace(_ point: Point) -> Bool {
        guard let doubted else { return false }
        return doubted.gain(of: point).magnitude <= Self.wanderMaxMilliseconds
    }

    private func isProved(_ point: Point) -> Bool {
        guard let doubted, keepsPace(point) else { return false }
        return point.monotonicMilliseconds - doubted.monotonicMilliseconds >= Self.proofMilliseconds
    }
}
