/// Decides whether a request that only reads is sent again by itself, after an answer that asks for it.
public struct ReadPatience: Sendable {
    private static let triesMax = 4
    private static let waitSecondsMax = 5
    /// After that, the person should know.
    private static let elapsedSecondsMax = 15

    private var tries = 0

    public init() {}

    /// The seconds to wait before the next try; nil if there should be none. `elapsedSeconds`: since the first try.
    public mutating func waitSeconds(status: Int, retryAfterSeconds: Int?, elapsedSeconds: Int) -> Int? {
        tries += 1
        let wait = max(1, retryAfterSeconds ?? tries)
        guard [429, 503].contains(status), tries < Self.triesMax, wait <= Self.waitSecondsMax,
            elapsedSeconds + wait <= Self.elapsedSecondsMax
        else { return nil }
        return wait
    }
}
