/// What a mock service does with every invocation.
public struct MockBehaviour: Sendable, Equatable {
    /// The end that the mock reports.
    public enum Outcome: String, Sendable, CaseIterable {
        case success, fail
        /// No callback at all.
        case silent
    }

    /// How the heartbeats differ from the rhythm.
    public enum Flex: String, Sendable, CaseIterable {
        /// Each heartbeat takes longer than the one before: the first one time the interval, the second twice, and so
        /// on.
        case late
        /// Each heartbeat comes after half the interval.
        case early
        /// After half of the heartbeats, rounded up, nothing follows.
        case stop
    }

    public var outcome = Outcome.success
    /// The time before the answer; the callbacks follow after it.
    public var delayMilliseconds: Int64 = 0
    public var heartbeats = 2
    /// The time between two callbacks.
    public var everyMilliseconds: Int64 = 500
    /// Nil for heartbeats in the rhythm.
    public var flex: Flex?
    /// The chance, 0 to 1, that a success becomes a fail.
    public var failureRate = 0.0
    /// How many times each callback is repeated.
    public var duplicates = 0

    public init() {}
}
