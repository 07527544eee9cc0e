internal import JobCore

/// Since when services could be heard, as far as a reaper can tell. Pure.
///
/// While the broker, the store or the machine is away, services call and nobody takes it down; a clock that leaps
/// makes everyone look silent at once. After each of these a run has two heartbeat intervals to be heard again.
struct ReachabilityWindow: Sendable {
    /// Passes are a second apart, a quarter of a minute at most after failures, and clocks are put right by a little:
    /// more is a leap or a pause of ours.
    private static let evenMilliseconds: ClosedRange<Int64> = -5_000...30_000

    private(set) var since: Instant?
    private var lastPass: Instant?

    mutating func pass(at now: Instant) {
        if let lastPass, Self.evenMilliseconds.contains(now.milliseconds(since: lastPass)) {
            self.lastPass = now
        } else {
            (since, lastPass) = (now, now)
        }
    }

    mutating func fail(at now: Instant) {
        since = now
    }
}
