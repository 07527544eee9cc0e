import JobCore

/// Tracks since when callbacks could be received, as far as a reaper can know. Pure.
///
/// While the broker, the store or the host is down, callbacks cannot be recorded. A clock that leaps makes every run
/// look silent at once. After each of these events, a run has two heartbeat intervals to send a heartbeat.
struct ReachabilityWindow: Sendable {
    /// Passes are one second apart, at most 15 seconds after failures, and clock corrections are small. Any other gap
    /// between two passes is a leap of the clock or a pause of this process.
    private static let gapMilliseconds: ClosedRange<Int64> = -5_000...30_000

    /// Nil before the first pass.
    private(set) var since: Instant?
    private var lastPass: Instant?

    /// A pass begins at `now`.
    mutating func pass(at now: Instant) {
        if let lastPass, Self.gapMilliseconds.contains(now.milliseconds(since: lastPass)) {
            self.lastPass = now
        } else {
            (since, lastPass) = (now, now)
        }
    }

    /// The broker or the store is unavailable at `now`.
    mutating func fail(at now: Instant) {
        since = now
    }
}
