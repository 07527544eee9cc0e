/// Keeps the beginnings of batches apart, so that a steady stream of messages is joined into few batches. Pure.
///
/// What comes after a pause begins at once. Without a pace, a stage that is faster than its messages come makes a batch
/// of nearly each of them, with a transaction and a confirm of its own.
public struct Pace: Sendable {
    private let milliseconds: Int64
    /// By the monotonic clock.
    private var begunAt: Int64?

    /// `milliseconds` is the least time between two beginnings; 0 lets each batch begin at once.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// How long the next batch has to wait; 0 if it may begin.
    public func waitMilliseconds(at now: Int64) -> Int64 {
        begunAt.map { min(milliseconds, max(0, $0 + milliseconds - now)) } ?? 0
    }

    /// Notes that a batch begins.
    public mutating func begin(at now: Int64) {
        begunAt = now
    }
}
