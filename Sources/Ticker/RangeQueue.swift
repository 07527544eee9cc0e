import JobCore

/// Ranges that wait to be taken, the oldest occurrence first.
struct RangeQueue: Sendable {
    private var ranges: [DueRange] = []
    private var takenCount = 0

    var count: Int { ranges.count - takenCount }
    var isEmpty: Bool { count == 0 }
    /// The occurrence of the first range.
    var occurrence: Instant? { isEmpty ? nil : ranges[takenCount].occurrence }

    /// Adds the ranges of an occurrence, in their order.
    mutating func add(_ new: [DueRange]) {
        guard let occurrence = new.first?.occurrence else { return }
        ranges.removeFirst(takenCount)
        takenCount = 0
        // An older occurrence comes late only when a job was read late.
        let place = ranges.lastIndex { $0.occurrence <= occurrence }.map { $0 + 1 } ?? 0
        ranges.insert(contentsOf: new, at: place)
    }

    mutating func take(_ limit: Int) -> [DueRange] {
        let taken = ranges[takenCount...].prefix(limit)
        takenCount += taken.count
        if isEmpty { (ranges, takenCount) = ([], 0) }
        return Array(taken)
    }
}
