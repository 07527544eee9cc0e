public import JobCore
public import Logging
import Synchronization

/// The wall clock of a stage, as long as `ClockGuard` believes it. Logs when it does not, and when it does again.
public final class BelievedClock: Sendable {
    private struct State {
        var clock = ClockGuard()
        /// When the doubt was logged last, by the monotonic clock.
        var doubtLoggedAtMilliseconds: Int64?
    }

    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())

    /// A doubt that lasts is logged once in this time.
    private static let logIntervalMilliseconds: Int64 = 60_000

    public init(_ time: any TimeSource, logger: Logger) {
        self.time = time
        self.logger = logger
    }

    /// See `ClockGuard.expect`.
    public func expect(_ range: ClosedRange<Instant>) {
        state.withLock { $0.clock.expect(range) }
    }

    /// The time; nil while the wall clock is not believed.
    public func now() -> Instant? {
        let (wall, monotonic) = (time.now(), time.monotonicMilliseconds())
        return state.withLock { state in
            let reading = state.clock.read(wall: wall, monotonicMilliseconds: monotonic)
            guard reading.isBelieved else {
                logDoubt(of: wall, expected: reading.now, at: monotonic, &state.doubtLoggedAtMilliseconds)
                return nil
            }
            if state.doubtLoggedAtMilliseconds != nil {
                logger.warning("the wall clock is believed again", metadata: ["wall_clock": "\(wall.rfc3339)"])
                state.doubtLoggedAtMilliseconds = nil
            }
            return wall
        }
    }

    private func logDoubt(of wall: Instant, expected: Instant, at monotonic: Int64, _ loggedAt: inout Int64?) {
        if let last = loggedAt, monotonic - last < Self.logIntervalMilliseconds { return }
        loggedAt = monotonic
        logger.error(
            """
            the wall clock leapt or contradicts the record, so this work waits until the clock is correct, or has kept \
            pace for 10 minutes
            """, metadata: ["wall_clock": "\(wall.rfc3339)", "expected": "\(expected.rfc3339)"])
    }
}
