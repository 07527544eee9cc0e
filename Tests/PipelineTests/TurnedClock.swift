import JobCore
import Synchronization

/// A clock that stands still until the test turns it.
final class TurnedClock: TimeSource {
    private let instant: Mutex<Instant>

    init(_ start: Instant) {
        instant = Mutex(start)
    }

    func now() -> Instant {
        instant.withLock { $0 }
    }

    func monotonicMilliseconds() -> Int64 {
        now().millisecondsSinceEpoch
    }

    func turn(milliseconds: Int64) {
        instant.withLock { $0 = $0.adding(milliseconds: milliseconds) }
    }

    /// Nobody waits for a clock that stands still: whoever would is stopped, and what it holds goes back to its queue.
    func sleep(milliseconds: Int64) async throws {
        throw CancellationError()
    }
}

/// The same clock for a ticker, which waits for the next occurrence with the baton in its hand: a wait turns it.
struct WaitingClock: TimeSource {
    let clock: TurnedClock

    func now() -> Instant { clock.now() }
    func monotonicMilliseconds() -> Int64 { clock.monotonicMilliseconds() }

    func sleep(milliseconds: Int64) async throws {
        try Task.checkCancellation()
        clock.turn(milliseconds: milliseconds)
    }
}
