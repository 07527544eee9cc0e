internal import JobCore

/// Remembers what was said when, so that it is said again only after a while. Pure.
struct ReportThrottle<Item: Hashable & Sendable>: Sendable {
    private let repeatAfterMilliseconds: Int64
    private var saidAt: [Item: Instant] = [:]

    init(repeatAfterMilliseconds: Int64) {
        self.repeatAfterMilliseconds = repeatAfterMilliseconds
    }

    /// The items that were not said lately. Those that are no longer among `items` are forgotten.
    mutating func due(in items: [Item], now: Instant) -> [Item] {
        let present = Set(items)
        saidAt = saidAt.filter { present.contains($0.key) }
        return items.filter { item in
            saidAt[item].map { now.milliseconds(since: $0) >= repeatAfterMilliseconds } ?? true
        }
    }

    mutating func markReported(_ items: [Item], at now: Instant) {
        for item in items { saidAt[item] = now }
    }
}
