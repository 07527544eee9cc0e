import JobCore

/// The same clock for a ticker, which waits for the next occurrence while it holds the baton: a wait turns the clock.
struct WaitingClock: TimeSource {
    let clock: TurnedClock

    func now() -> Instant { clock.now() }
    func monotonicMilliseconds() -> Int64 { clock.monotonicMilliseconds() }

    func sleep(milliseconds: Int64) async throws {
        try Task.checkCancellation()
        clock.turn(milliseconds: milliseconds)
    }
}
