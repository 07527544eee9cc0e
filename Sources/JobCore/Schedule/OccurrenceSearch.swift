/// A set of readings of a clock on the wall, in seconds from 1970-01-01T00:00:00 on that clock.
protocol ClockReadings {
    /// The first that is at `reading` or later.
    func first(from reading: Int64) -> Int64?

    /// The policy that holds for these readings when `chosen` was chosen.
    func policy(_ chosen: DSTPolicy) -> DSTPolicy
}

/// `at(…)`: a single reading.
struct OneReading: ClockReadings {
    var time: CivilTime

    func first(from reading: Int64) -> Int64? {
        let wanted = time.secondsSinceEpoch
        return reading <= wanted ? wanted : nil
    }

    /// In a gap it runs right after it under every policy, since skipped it would never run at all.
    func policy(_ chosen: DSTPolicy) -> DSTPolicy {
        DSTPolicy(gap: .shift, overlap: chosen.overlap)
    }
}

/// Finds when a zone's clock shows one of some readings.
///
/// It goes from one period of constant offset to the next; within a period, a reading and an instant differ by the
/// offset alone.
struct OccurrenceSearch<Readings: ClockReadings> {
    var zone: Zone
    var policy: DSTPolicy
    var readings: Readings

    /// The first occurrence at `instant` (seconds since the epoch) or later.
    func first(from instant: Int64) -> Int64? {
        if zone == .utc { return readings.first(from: instant) }
        var instant = instant
        while true {
            let period = zone.period(containing: instant)
            if isShiftedPastGap(at: instant, in: period) { return instant }

            let reading = readings.first(from: earliestReading(from: instant, in: period))
            if let reading, reading - period.offset < period.end ?? .max { return reading - period.offset }
            guard let end = period.end else { return nil }

            // Shortly before a clock change it may yet show earlier readings again, or leave some out.
            if end - instant <= Zone.lookBack {
                instant = end
            } else if let reading {
                instant = max(end, reading - period.offset - Zone.lookBack)
            } else {
                return nil
            }
        }
    }

    /// Whether this is the moment right after a gap that left out a reading, and such are to be made up for.
    private func isShiftedPastGap(at instant: Int64, in period: OffsetPeriod) -> Bool {
        guard policy.gap == .shift, instant == period.start, period.previousOffset < period.offset else { return false }
        let leftOut = readings.first(from: period.start + period.previousOffset)
        return leftOut.map { $0 < period.start + period.offset } ?? false
    }

    /// What the clock shows, or when it shows readings for the second time and the first was enough, the first new one.
    private func earliestReading(from instant: Int64, in period: OffsetPeriod) -> Int64 {
        let shown = instant + period.offset
        return policy.overlap == .first ? max(shown, period.start + period.previousOffset) : shown
    }
}
