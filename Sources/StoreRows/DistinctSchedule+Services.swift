package import Store

extension DistinctSchedule {
    /// Adds the jobs of another service.
    package mutating func add(_ other: DistinctSchedule) {
        services += other.services
        earliestEffectiveAfter = min(earliestEffectiveAfter, other.earliestEffectiveAfter)
        latestEffectiveAfter = max(latestEffectiveAfter, other.latestEffectiveAfter)
    }
}
