import JobCore

/// How far a store's clock is ahead of the monotonic clock of this machine, by readings each of which took a while.
///
/// A reading shows the store's clock at some moment between its begin and its end, so it bounds the difference on both
/// sides. The next reading narrows these bounds; between readings they widen, since two clocks drift apart.
///
/// Pure.
struct ClockEstimate: Equatable {
    /// Two clocks of good machines drift apart by less than a millisecond in this time.
    private static let driftMilliseconds: Int64 = 10_000

    private var leastMilliseconds: Int64
    private var mostMilliseconds: Int64
    private var monotonicMilliseconds: Int64

    /// The clock showed `instant` at some moment from `before` to `after`, of the monotonic clock in milliseconds.
    init(_ instant: Instant, from before: Int64, to after: Int64) {
        // Both clocks show whole milliseconds.
        leastMilliseconds = instant.millisecondsSinceEpoch - after - 1
        mostMilliseconds = instant.millisecondsSinceEpoch + 1 - before
        monotonicMilliseconds = after
    }

    /// Takes a later reading. One that contradicts the earlier ones replaces them: the clock was set, or is that of
    /// another server.
    mutating func add(_ reading: ClockEstimate) {
        let drift = 1 + (reading.monotonicMilliseconds - monotonicMilliseconds) / Self.driftMilliseconds
        let least = max(leastMilliseconds - drift, reading.leastMilliseconds)
        let most = min(mostMilliseconds + drift, reading.mostMilliseconds)
        monotonicMilliseconds = reading.monotonicMilliseconds
        (leastMilliseconds, mostMilliseconds) =
            least <= most ? (least, most) : (reading.leastMilliseconds, reading.mostMilliseconds)
    }

    /// How far the estimate may be off.
    var errorMilliseconds: Int64 { (mostMilliseconds - leastMilliseconds + 1) / 2 }

    /// The store's time at a moment of the monotonic clock.
    func instant(at monotonicMilliseconds: Int64) -> Instant {
        let ahead = leastMilliseconds + (mostMilliseconds - leastMilliseconds) / 2
        return Instant(millisecondsSinceEpoch: ahead + monotonicMilliseconds)
    }
}
