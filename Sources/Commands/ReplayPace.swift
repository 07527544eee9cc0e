/// How fast a replay publishes.
///
/// Pure: the time is passed in.
public struct ReplayPace: Sendable {
    private static let windowCountMax = 500

    /// Events in a second; nil for no limit.
    private let perSecond: Int?

    public init(perSecond: Int?) {
        self.perSecond = perSecond
    }

    /// The most events that are published before their confirms are awaited: about a quarter of a second's.
    public var windowMax: Int { perSecond.map { max(1, min($0 / 4, Self.windowCountMax)) } ?? Self.windowCountMax }

    /// The most events that are read ahead. The broker closes a channel that holds one for half an hour.
    public var prefetch: Int { perSecond.map { max(1, min($0 * 60, Self.windowCountMax)) } ?? Self.windowCountMax }

    /// How long to wait before the next window, after this number of events in this time.
    public func wait(afterPublishing count: Int, in elapsed: Duration) -> Duration {
        guard let perSecond else { return .zero }
        return max(.zero, .milliseconds(Int64(count) * 1_000 / Int64(perSecond)) - elapsed)
    }
}
