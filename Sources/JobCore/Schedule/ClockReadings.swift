/// A set of readings of a wall clock. A reading is a number of seconds since 1970-01-01T00:00:00 on that clock.
protocol ClockReadings {
    /// Returns the first reading of the set at `reading` or later, or nil if there is none.
    func first(from reading: Int64) -> Int64?

    /// Returns the DST policy to apply to these readings if the job asks for `chosen`.
    func policy(_ chosen: DSTPolicy) -> DSTPolicy
}

/// The single reading of an `at(…)` expression.
struct OneReading: ClockReadings {
    var time: CivilTime

    func first(from reading: Int64) -> Int64? {
        let wanted = time.secondsSinceEpoch
        return reading <= wanted ? wanted : nil
    }

    /// A single reading in a gap runs right after the gap under every policy, since it would never run otherwise.
    func policy(_ chosen: DSTPolicy) -> DSTPolicy {
        DSTPolicy(gap: .shift, overlap: chosen.overlap)
    }
}
