/// How fast a replay publishes.
///
/// Pure: the time is passed in.
public struct ReplayPace: Sendable {
    private static let windowCountMax = 500

    /// Events in a second; nil for no limit.
    private let perSecond: Int?
    /// When the next window may be published.
    private var allowedAt: ContinuousClock.Instant?

    public init(perSecond: Int?) {
        self.perSecond = perSecond
    }

    /// The most events that are published before their confirms are awaited: about a quarter of a second's.
    public var windowMax: Int { perSecond.map { max(1, min($0 / 4, Self.windowCountMax)) } ?? Self.windowCountMax }

    /// The most events that are read ahead. The broker closes a channel that holds one for half an hour.
    public var prefetch: Int { perSecond.map { max(1, min($0 * 60, Self.windowCountMax)) } ?? Self.windowCountMax }

    /// How long to wait before a window with this number of events, which is then taken for published. After a pause
    /// nothing is made up for.
    public mutating func wait(beforePublishing count: Int, at now: ContinuousClock.Instant) -> Duration {
        guard let perSecond else { return .zero }
        let start = max(now, allowedAt ?? now)
        allowedAt = start + .microseconds(Int64(count) * 1_000_000 / Int64(perSecond))
        return start - now
    }
}
