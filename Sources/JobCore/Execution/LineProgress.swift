/// The reports of one line that are about no single execution: since when callbacks can be received, and how far the
/// couriers have come. Expiries and overdue deliveries of the line are judged by it, at their place in the line. Pure.
///
///     var progress = LineProgress()
///     progress.receive(signOfLifeAt: noon)
///     progress.receive(markMadeAt: noon, takenAt: noon)
///     progress.hadCallbacks(at: noon)  // true: a service that called back at noon was received
public struct LineProgress: Sendable, Equatable {
    /// Signs of life are made this far apart.
    public static let signIntervalMilliseconds: Int64 = 1_000
    /// Marks are made this far apart.
    public static let markIntervalMilliseconds: Int64 = 5_000

    /// While the signs of life are further apart than this, callbacks may have been refused.
    static let signGapMaxMilliseconds: Int64 = 3_000
    /// While the marks are further apart than this, deliveries may have waited.
    static let markGapMaxMilliseconds: Int64 = 15_000
    /// A mark that took longer from its making to a courier shows that deliveries waited as long.
    static let markDelayMaxMilliseconds: Int64 = 10_000
    /// Two machines' clocks differ by less. An instant further back means that a clock was set back.
    static let clockDifferenceMaxMilliseconds: Int64 = 60_000

    /// Signs of life have come without a gap since then; nil before the first. No callback counts as missing before
    /// this instant.
    public var reachableSince: Instant?
    /// When the latest sign of life was made.
    public var latestSignAt: Instant?
    /// Marks have come without a gap or a delay since then; nil before the first. No delivery counts as waiting for its
    /// target before this instant.
    public var deliverableSince: Instant?
    /// When the latest mark was made that a courier has taken: all deliveries requested before have reached a courier.
    public var latestMarkAt: Instant?

    public init(
        reachableSince: Instant? = nil, latestSignAt: Instant? = nil, deliverableSince: Instant? = nil,
        latestMarkAt: Instant? = nil
    ) {
        self.reachableSince = reachableSince
        self.latestSignAt = latestSignAt
        self.deliverableSince = deliverableSince
        self.latestMarkAt = latestMarkAt
    }

    /// A callback endpoint could publish at `instant`.
    public mutating func receive(signOfLifeAt instant: Instant) {
        if Self.continues(latestSignAt, at: instant, gapMaxMilliseconds: Self.signGapMaxMilliseconds) {
            latestSignAt = latestSignAt.map { max($0, instant) }
        } else {
            (reachableSince, latestSignAt) = (instant, instant)
        }
    }

    /// A courier took the mark that was made at `madeAt`.
    public mutating func receive(markMadeAt madeAt: Instant, takenAt: Instant) {
        let wasQuick = takenAt.milliseconds(since: madeAt) <= Self.markDelayMaxMilliseconds
        if Self.continues(latestMarkAt, at: madeAt, gapMaxMilliseconds: Self.markGapMaxMilliseconds) {
            latestMarkAt = latestMarkAt.map { max($0, madeAt) }
            if !wasQuick { deliverableSince = max(deliverableSince ?? takenAt, takenAt) }
        } else {
            (deliverableSince, latestMarkAt) = (takenAt, madeAt)
        }
    }

    private static func continues(_ latest: Instant?, at instant: Instant, gapMaxMilliseconds: Int64) -> Bool {
        latest.map { (-clockDifferenceMaxMilliseconds...gapMaxMilliseconds).contains(instant.milliseconds(since: $0)) }
            ?? false
    }

    /// True when callbacks could be received shortly before `instant`.
    public func hadCallbacks(at instant: Instant) -> Bool {
        latestSignAt.map { instant.milliseconds(since: $0) <= Self.signGapMaxMilliseconds } ?? false
    }

    /// True when every delivery requested up to `instant` has reached a courier.
    public func hasDelivered(through instant: Instant) -> Bool {
        latestMarkAt.map { $0 >= instant } ?? false
    }

    /// The progress that all of these lines have made.
    public static func least(of lines: some Collection<LineProgress>) -> LineProgress {
        func common(
            _ value: (LineProgress) -> Instant?, _ choose: ([Instant]) -> Instant?
        ) -> Instant? {
            let values = lines.compactMap(value)
            return values.count == lines.count ? choose(values) : nil
        }
        return LineProgress(
            reachableSince: common(\.reachableSince) { $0.max() }, latestSignAt: common(\.latestSignAt) { $0.min() },
            deliverableSince: common(\.deliverableSince) { $0.max() },
            latestMarkAt: common(\.latestMarkAt) { $0.min() })
    }
}
