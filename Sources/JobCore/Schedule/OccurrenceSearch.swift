/// Finds the instants at which a zone's clock shows one of a set of readings.
///
/// The search goes from one period of constant offset to the next. Within a period, a reading is an instant plus the
/// offset.
struct OccurrenceSearch<Readings: ClockReadings> {
    var zone: Zone
    var policy: DSTPolicy
    var readings: Readings

    /// Returns the first occurrence at `instant` or later, or nil if there is none. Both are seconds since the epoch.
    func first(from instant: Int64) -> Int64? {
        if zone == .utc { return readings.first(from: instant) }
        var instant = instant
        while true {
            let period = zone.period(containing: instant)
            if isShiftedPastGap(at: instant, in: period) { return instant }

            let reading = readings.first(from: earliestReading(from: instant, in: period))
            if let reading, reading - period.offset < period.end ?? .max { return reading - period.offset }
            guard let end = period.end else { return nil }

            // Close to the next change of the offset, readings may be repeated or left out.
            if end - instant <= Zone.lookBack {
                instant = end
            } else if let reading {
                instant = max(end, reading - period.offset - Zone.lookBack)
            } else {
                return nil
            }
        }
    }

    /// Whether `instant` is the end of a gap that left out a reading, and the policy is to make up for it.
    private func isShiftedPastGap(at instant: Int64, in period: OffsetPeriod) -> Bool {
        guard policy.gap == .shift, instant == period.start, period.previousOffset < period.offset else { return false }
        let leftOut = readings.first(from: period.start + period.previousOffset)
        return leftOut.map { $0 < period.start + period.offset } ?? false
    }

    /// The reading to search from: the clock's own, or if the clock repeats readings and the policy runs them once, the
    /// first that is not a repeat.
    private func earliestReading(from instant: Int64, in period: OffsetPeriod) -> Int64 {
        let shown = instant + period.offset
        return policy.overlap == .first ? max(shown, period.start + period.previousOffset) : shown
    }
}
