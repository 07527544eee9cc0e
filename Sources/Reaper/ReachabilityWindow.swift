import JobCore

/// Since when callbacks could be received, as far as a reaper can tell. Pure.
///
/// While the broker, the store or the host is down, callbacks cannot be recorded; a clock that leaps makes everyone look
/// silent at once. After each of these a run has two heartbeat intervals to send a heartbeat.
struct ReachabilityWindow: Sendable {
    /// Passes are a second apart, a quarter of a minute at most after failures, and clocks are corrected by little:
    /// anything else is a leap of the clock or a pause of ours.
    private static let gapMilliseconds: ClosedRange<Int64> = -5_000...30_000

    private(set) var since: Instant?
    private var lastPass: Instant?

    mutating func pass(at now: Instant) {
        if let lastPass, Self.gapMilliseconds.contains(now.milliseconds(since: lastPass)) {
            self.lastPass = now
        } else {
            (since, lastPass) = (now, now)
        }
    }

    mutating func fail(at now: Instant) {
        since = now
    }
}
