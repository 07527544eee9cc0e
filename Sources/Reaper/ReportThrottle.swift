import JobCore

/// Remembers what was reported when, so that it is reported again only after a while. Pure.
struct ReportThrottle<Item: Hashable & Sendable>: Sendable {
    private let repeatAfterMilliseconds: Int64
    private var reportedAt: [Item: Instant] = [:]
    /// Items that were due and are not confirmed yet.
    private var pending: [Item] = []

    init(repeatAfterMilliseconds: Int64) {
        self.repeatAfterMilliseconds = repeatAfterMilliseconds
    }

    /// The items that were not reported lately. Those that are no longer among `items` are forgotten.
    mutating func due(in items: [Item], now: Instant) -> [Item] {
        let present = Set(items)
        reportedAt = reportedAt.filter { present.contains($0.key) }
        pending = items.filter { item in
            reportedAt[item].map { now.milliseconds(since: $0) >= repeatAfterMilliseconds } ?? true
        }
        return pending
    }

    /// The reports of the items that were due last are confirmed. Returns how many they are.
    mutating func confirmed(at now: Instant) -> Int {
        for item in pending { reportedAt[item] = now }
        defer { pending = [] }
        return pending.count
    }
}
