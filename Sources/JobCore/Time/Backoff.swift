/// Random waits between repeated tries, such as connecting to the broker.
///
/// The method is "full jitter" (AWS Architecture Blog, "Exponential Backoff And Jitter"): each wait is drawn evenly
/// between zero and a bound that doubles with each try. So stages that lost the same broker don't reconnect together.
public struct Backoff: Sendable, Equatable {
    /// The bound of the first wait. No wait is shorter than a quarter of it.
    public var firstMilliseconds: Int64
    /// The bound of every wait.
    public var ceilingMilliseconds: Int64

    public init(firstMilliseconds: Int64 = 200, ceilingMilliseconds: Int64 = 10_000) {
        self.firstMilliseconds = firstMilliseconds
        self.ceilingMilliseconds = ceilingMilliseconds
    }

    /// Returns the milliseconds to wait before a repeat.
    ///
    /// - Parameters:
    ///   - attempt: the number of the repeat; 0 is the first.
    ///   - fraction: a random number in `0..<1`.
    public func milliseconds(attempt: Int, fraction: Double) -> Int64 {
        let doublings = min(max(0, attempt), 30)
        let bound = min(ceilingMilliseconds, firstMilliseconds << Int64(doublings))
        return max(firstMilliseconds / 4, Int64(Double(bound) * fraction))
    }

    /// Whether the failure of a try is logged; `attempt` is 0 for the first. The tries 1, 2, 4, 8 … are: an outage of
    /// minutes must not fill the log.
    public static func isLogged(attempt: Int) -> Bool { (attempt + 1).nonzeroBitCount == 1 }
}
