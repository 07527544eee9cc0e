/// Bounds how many batches begin, so that a steady stream of messages is joined into few of them. Pure.
///
/// What comes after a pause begins at once. Without a pace, a stage that is faster than its messages come makes a batch
/// of nearly each of them, with a transaction and a confirm of its own.
///
/// Batches that wait begin when the clock is at a multiple of the pace. So those of several queues begin together, and
/// share a transaction.
public struct Pace: Sendable {
    private let milliseconds: Int64
    /// By the monotonic clock.
    private var begunAt: Int64?

    /// One batch begins in each `milliseconds` of the monotonic clock at most; 0 lets each batch begin at once.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// How long the next batch has to wait; 0 if it may begin.
    public func waitMilliseconds(at now: Int64) -> Int64 {
        guard milliseconds > 0, let begunAt else { return 0 }
        let next = (begunAt / milliseconds + 1) * milliseconds
        return min(milliseconds, max(0, next - now))
    }

    /// Notes that a batch begins.
    public mutating func begin(at now: Int64) {
        begunAt = now
    }
}
