public import JobCore
import Synchronization

/// A clock that a test controls. `sleep` returns at once and moves the clock forward by the time it was asked to wait.
public final class HandTime: TimeSource {
    private let state: Mutex<(now: Instant, monotonicMilliseconds: Int64)>

    /// Creates a clock at an instant.
    public init(_ now: Instant) {
        state = Mutex((now, 0))
    }

    public func now() -> Instant { state.withLock { $0.now } }
    public func monotonicMilliseconds() -> Int64 { state.withLock { $0.monotonicMilliseconds } }

    public func sleep(milliseconds: Int64) async throws {
        try Task.checkCancellation()
        pass(milliseconds: milliseconds)
    }

    /// Moves both clocks forward.
    public func pass(milliseconds: Int64) {
        state.withLock { state in
            state.now = state.now.adding(milliseconds: milliseconds)
            state.monotonicMilliseconds += milliseconds
        }
    }

    /// Sets the wall clock, as an administrator might. The monotonic clock doesn't move.
    public func setWallClock(_ now: Instant) {
        state.withLock { $0.now = now }
    }
}
