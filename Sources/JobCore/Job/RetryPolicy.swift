/// How often courierd tries to deliver an invocation, and how long it waits between two attempts.
public struct RetryPolicy: Sendable, Hashable, Codable {
    /// The most attempts that a policy may have, and the most waits.
    public static let attemptsMax = 20

    /// Attempts in all, the first one included; 1 to `attemptsMax`.
    public var maxAttempts: Int
    /// Seconds to wait before the second attempt, the third, and so on. The last value repeats.
    public var backoffSeconds: [Int64]

    public init(maxAttempts: Int = 3, backoffSeconds: [Int64] = [5, 30]) {
        self.maxAttempts = maxAttempts
        self.backoffSeconds = backoffSeconds
    }

    /// Returns the seconds to wait after attempt number `attempt` (1 is the first).
    ///
    /// The delivery waits in the retry ladder, whose next step may be longer; see ``RetryLadder``.
    public func backoffSeconds(afterAttempt attempt: Int) -> Int64 {
        guard let last = backoffSeconds.last else { return 5 }
        let index = attempt - 1
        return backoffSeconds.indices.contains(index) ? backoffSeconds[index] : last
    }
}
