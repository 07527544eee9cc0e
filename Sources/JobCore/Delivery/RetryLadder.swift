/// The fixed waits that a delivery can be deferred for.
///
/// Each step is one queue of the broker whose messages expire after the step's time and are then routed back. A fixed
/// set is needed because RabbitMQ expires messages only at the head of a queue: messages with different waits in one
/// queue would hold each other up.
public enum RetryLadder {
    /// Seconds of each step, in ascending order.
    public static let stepsSeconds: [Int64] = [5, 30, 120, 600, 1_800, 7_200, 18_000, Limits.retryWaitSecondsMax]

    /// Returns the shortest step, in seconds, that is at least `seconds`, or the longest step if none is.
    public static func step(atLeastSeconds seconds: Int64) -> Int64 {
        stepsSeconds.first { $0 >= seconds } ?? Limits.retryWaitSecondsMax
    }
}
