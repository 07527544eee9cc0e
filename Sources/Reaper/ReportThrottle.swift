import JobCore

/// Remembers when each item was reported, so that it is reported again only after a wait, which doubles each time.
/// Pure.
///
///     let due = throttle.due(in: overdue, now: now)
///     // publish a report for each item of `due`, and once the reports are confirmed:
///     throttle.confirm(at: now)
struct ReportThrottle<Item: Hashable & Sendable>: Sendable {
    private struct Wait {
        var until: Instant
        var milliseconds: Int64
    }

    private let waitMilliseconds: ClosedRange<Int64>
    private var waits: [Item: Wait] = [:]
    private var unconfirmed: [Item] = []

    /// `waitMilliseconds` are the first wait and the longest.
    init(waitMilliseconds: ClosedRange<Int64>) {
        self.waitMilliseconds = waitMilliseconds
    }

    /// The items that are to be reported now. Items that are no longer among `items` are forgotten.
    mutating func due(in items: [Item], now: Instant) -> [Item] {
        let present = Set(items)
        waits = waits.filter { present.contains($0.key) }
        unconfirmed = items.filter { item in waits[item].map { $0.until <= now } ?? true }
        return unconfirmed
    }

    /// The items that `due` returned last are reported. Returns their number.
    mutating func confirm(at now: Instant) -> Int {
        for item in unconfirmed {
            let milliseconds =
                waits[item].map { min($0.milliseconds * 2, waitMilliseconds.upperBound) } ?? waitMilliseconds.lowerBound
            waits[item] = Wait(until: now.adding(milliseconds: milliseconds), milliseconds: milliseconds)
        }
        defer { unconfirmed = [] }
        return unconfirmed.count
    }
}
