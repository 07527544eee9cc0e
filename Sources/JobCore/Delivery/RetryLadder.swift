/// The waits that the broker keeps for us: one queue each, whose messages come back when their time is up.
public enum RetryLadder {
    /// Seconds of each step, ascending.
    public static let stepsSeconds: [Int64] = [5, 30, 120, 600, 1_800, 7_200, 18_000, 36_000]

    /// The shortest step that waits at least this long; the longest one for more than that.
    public static func step(atLeastSeconds seconds: Int64) -> Int64 {
        stepsSeconds.first { $0 >= seconds } ?? 36_000
    }
}
