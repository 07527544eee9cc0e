import JobCore

/// Remembers when each item was reported, so that it is reported again only after a fixed time. Pure.
///
///     let due = throttle.due(in: overdue, now: now)
///     // publish a report for each item of `due`, and once the reports are confirmed:
///     throttle.confirm(at: now)
struct ReportThrottle<Item: Hashable & Sendable>: Sendable {
    private let repeatAfterMilliseconds: Int64
    private var reportedAt: [Item: Instant] = [:]
    private var unconfirmed: [Item] = []

    init(repeatAfterMilliseconds: Int64) {
        self.repeatAfterMilliseconds = repeatAfterMilliseconds
    }

    /// The items that are to be reported now. Items that are no longer among `items` are forgotten.
    mutating func due(in items: [Item], now: Instant) -> [Item] {
        let present = Set(items)
        reportedAt = reportedAt.filter { present.contains($0.key) }
        unconfirmed = items.filter { item in
            reportedAt[item].map { now.milliseconds(since: $0) >= repeatAfterMilliseconds } ?? true
        }
        return unconfirmed
    }

    /// The items that `due` returned last are reported. Returns their number.
    mutating func confirm(at now: Instant) -> Int {
        for item in unconfirmed { reportedAt[item] = now }
        defer { unconfirmed = [] }
        return unconfirmed.count
    }
}
