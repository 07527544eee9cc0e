/// The fixed waits that a delivery can be deferred for.
///
/// Each step is one queue of the broker whose messages expire after the step's time and are then routed back. A fixed
/// set is needed because RabbitMQ expires messages only at the head of a queue: messages with different waits in one
/// queue would hold each other up.
public enum RetryLadder {
    /// Seconds of each step, in ascending order. The first ones are fine, so that a delivery that was deferred for a
    /// busy target can come back at about the time of its turn.
    public static let stepsSeconds: [Int64] = [
        1, 2, 5, 10, 30, 60, 120, 600, 1_800, 7_200, 18_000, Limits.retryWaitSecondsMax,
    ]

    /// Returns the shortest step, in seconds, that is at least `seconds`, or the longest step if none is.
    public static func step(atLeastSeconds seconds: Int64) -> Int64 {
        stepsSeconds.first { $0 >= seconds } ?? Limits.retryWaitSecondsMax
    }

    /// Returns the longest step, in seconds, that is at most `seconds`, or the shortest step if none is.
    public static func step(atMostSeconds seconds: Int64) -> Int64 {
        stepsSeconds.last { $0 <= seconds } ?? stepsSeconds[0]
    }
}
