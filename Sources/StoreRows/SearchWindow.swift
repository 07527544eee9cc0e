import JobCore
package import Store

/// The positions that a search may find.
package struct SearchWindow {
    /// Only what comes after this one.
    package let start: ExecutionPosition
    /// The earliest occurrence, in milliseconds.
    package let sinceMilliseconds: Int64

    package init(_ query: ExecutionQuery) {
        // No execution has the least number: this position comes after all of earlier ones, and before none of its own.
        let until = query.until.map { ExecutionPosition(occurrence: $0, number: .min) }
        let first = ExecutionPosition(occurrence: Instant(millisecondsSinceEpoch: .max), number: .min)
        start = [query.more, until].compactMap(\.self).max { $0.precedes($1) } ?? first
        sinceMilliseconds = query.since?.millisecondsSinceEpoch ?? .min
    }
}

extension ExecutionPosition {
    /// Whether a search finds this position before another one.
    package func precedes(_ other: ExecutionPosition) -> Bool {
        (occurrence.millisecondsSinceEpoch, number) > (other.occurrence.millisecondsSinceEpoch, other.number)
    }
}
