/// The source of time for a stage. Programs pass ``SystemTime``; tests pass a clock that they control.
public protocol TimeSource: Sendable {
    /// The time of the wall clock, which may be set forward or back.
    func now() -> Instant

    /// Milliseconds since some fixed point. They pass evenly even if the wall clock is set, and while the machine is
    /// suspended.
    func monotonicMilliseconds() -> Int64

    /// Suspends the task for about this long. Throws `CancellationError` if the task is cancelled.
    func sleep(milliseconds: Int64) async throws
}
