public import JobCore

/// A distinct schedule and the enabled jobs that share it.
public struct DistinctSchedule: Sendable, Equatable {
    public var key: ScheduleKey
    public var jobCount: Int
    /// The earliest and the latest `effectiveAfter` among its jobs.
    public var earliestEffectiveAfter: Instant
    public var latestEffectiveAfter: Instant

    /// Without `earliestEffectiveAfter` it is the latest one, as it is for a single job.
    public init(key: ScheduleKey, jobCount: Int, earliestEffectiveAfter: Instant? = nil, latestEffectiveAfter: Instant)
    {
        self.key = key
        self.jobCount = jobCount
        self.earliestEffectiveAfter = earliestEffectiveAfter ?? latestEffectiveAfter
        self.latestEffectiveAfter = latestEffectiveAfter
    }
}
