/// Waiting times between tries that grow, stay bounded and differ between processes.
///
/// "Full jitter" (AWS Architecture Blog, "Exponential Backoff And Jitter"): each wait is drawn evenly from zero up to a
/// ceiling that doubles, so that stages which lost the same broker do not come back in step.
public struct Backoff: Sendable, Equatable {
    public var firstMilliseconds: Int64
    public var ceilingMilliseconds: Int64

    public init(firstMilliseconds: Int64 = 200, ceilingMilliseconds: Int64 = 10_000) {
        self.firstMilliseconds = firstMilliseconds
        self.ceilingMilliseconds = ceilingMilliseconds
    }

    /// The wait before try number `attempt` (0 is the first repeat). `fraction` is a random number in 0..<1.
    public func milliseconds(attempt: Int, fraction: Double) -> Int64 {
        let doublings = min(max(0, attempt), 30)
        let bound = min(ceilingMilliseconds, firstMilliseconds << Int64(doublings))
        return max(firstMilliseconds / 4, Int64(Double(bound) * fraction))
    }
}
