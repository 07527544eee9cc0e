public import JobCore

/// A schedule and the number of enabled jobs that have it.
public struct DistinctSchedule: Sendable, Equatable {
    public var key: ScheduleKey
    /// At least 1.
    public var jobCount: Int
    /// The earliest `StoredJob.effectiveAfter` of its jobs.
    public var earliestEffectiveAfter: Instant
    /// The latest `StoredJob.effectiveAfter` of its jobs.
    public var latestEffectiveAfter: Instant

    /// Without `earliestEffectiveAfter` both are the latest, as for a single job.
    public init(key: ScheduleKey, jobCount: Int, earliestEffectiveAfter: Instant? = nil, latestEffectiveAfter: Instant)
    {
        self.key = key
        self.jobCount = jobCount
        self.earliestEffectiveAfter = earliestEffectiveAfter ?? latestEffectiveAfter
        self.latestEffectiveAfter = latestEffectiveAfter
    }
}
