public import JobCore
internal import Synchronization

/// A clock that is turned by hand. Whoever sleeps is not kept waiting: the clock moves on by as much.
public final class HandTime: TimeSource {
    private let state: Mutex<(now: Instant, monotonicMilliseconds: Int64)>

    public init(_ now: Instant) {
        state = Mutex((now, 0))
    }

    public func now() -> Instant { state.withLock { $0.now } }
    public func monotonicMilliseconds() -> Int64 { state.withLock { $0.monotonicMilliseconds } }

    public func sleep(milliseconds: Int64) async throws {
        try Task.checkCancellation()
        pass(milliseconds: milliseconds)
    }

    public func pass(milliseconds: Int64) {
        state.withLock { state in
            state.now = state.now.adding(milliseconds: milliseconds)
            state.monotonicMilliseconds += milliseconds
        }
    }

    /// Sets the wall clock, as an administrator might; no time passes.
    public func setWallClock(_ now: Instant) {
        state.withLock { $0.now = now }
    }
}
