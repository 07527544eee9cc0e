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

    /// Throws, since this clock stands still: the waiting process stops, and its unacked messages are requeued.
    func sleep(milliseconds: Int64) async throws {
        throw CancellationError()
    }
}
