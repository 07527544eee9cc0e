import JobCore

/// Remembers what was reported when, so that it is reported again only after a while. Pure.
struct ReportThrottle<Item: Hashable & Sendable>: Sendable {
    private let repeatAfterMilliseconds: Int64
    private var reportedAt: [Item: Instant] = [:]

    init(repeatAfterMilliseconds: Int64) {
        self.repeatAfterMilliseconds = repeatAfterMilliseconds
    }

    /// The items that were not reported lately. Those that are no longer among `items` are forgotten.
    mutating func due(in items: [Item], now: Instant) -> [Item] {
        let present = Set(items)
        reportedAt = reportedAt.filter { present.contains($0.key) }
        return items.filter { item in
            reportedAt[item].map { now.milliseconds(since: $0) >= repeatAfterMilliseconds } ?? true
        }
    }

    mutating func markReported(_ items: [Item], at now: Instant) {
        for item in items { reportedAt[item] = now }
    }
}
