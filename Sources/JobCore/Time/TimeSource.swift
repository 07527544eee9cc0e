/// Where a stage gets the time from. The mains pass `SystemTime`, the tests a clock that they turn by hand.
public protocol TimeSource: Sendable {
    /// The wall clock.
    func now() -> Instant

    /// Milliseconds that pass evenly, whatever is done to the wall clock; a suspended machine's sleep counts.
    func monotonicMilliseconds() -> Int64

    /// Suspends for about this long, or throws `CancellationError`.
    func sleep(milliseconds: Int64) async throws
}
