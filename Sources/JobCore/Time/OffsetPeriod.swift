/// A period in which a zone's offset stays the same. All times are seconds since the epoch.
struct OffsetPeriod: Hashable, Sendable {
    /// The beginning, or an earlier time if it began more than ``Zone/lookBack`` before the time asked about.
    var start: Int64
    /// The offset just before `start`.
    var previousOffset: Int64
    /// Seconds east of UTC.
    var offset: Int64
    /// The next change of the offset; nil if there is none.
    var end: Int64?
}

extension Zone {
    /// Three days in seconds: more than the range of all offsets that a TZif file may have (51 hours), so more than any
    /// change of an offset, too. So a clock change affects no reading further from it than this.
    static let lookBack: Int64 = 3 * 86_400

    /// The period of constant offset that contains a time.
    func period(containing seconds: Int64) -> OffsetPeriod {
        var start = seconds - Self.lookBack
        var previousOffset = offset(at: start)
        var end = nextChange(after: start)
        while let change = end, change <= seconds {
            previousOffset = offset(at: change - 1)
            start = change
            end = nextChange(after: change)
        }
        let offset = offset(at: seconds)
        return OffsetPeriod(start: start, previousOffset: previousOffset, offset: offset, end: end)
    }
}
