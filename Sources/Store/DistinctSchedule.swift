public import JobCore

/// A schedule, and the enabled jobs that have it.
public struct DistinctSchedule: Sendable, Equatable {
    /// The number of a service's jobs.
    public struct ServiceJobs: Sendable, Equatable {
        public var service: String
        /// At least 1.
        public var count: Int

        public init(_ service: String, _ count: Int) {
            self.service = service
            self.count = count
        }
    }

    public var key: ScheduleKey
    /// Each service once, in the order of their names.
    public var services: [ServiceJobs]
    /// The earliest `StoredJob.effectiveAfter` of its jobs.
    public var earliestEffectiveAfter: Instant
    /// The latest `StoredJob.effectiveAfter` of its jobs.
    public var latestEffectiveAfter: Instant

    /// Without `earliestEffectiveAfter` both are the latest, as for a single job.
    public init(
        key: ScheduleKey, services: [ServiceJobs], earliestEffectiveAfter: Instant? = nil,
        latestEffectiveAfter: Instant
    ) {
        self.key = key
        self.services = services
        self.earliestEffectiveAfter = earliestEffectiveAfter ?? latestEffectiveAfter
        self.latestEffectiveAfter = latestEffectiveAfter
    }
}
