public import JobCore

/// A job as the record keeps it.
public struct StoredJob: Sendable, Equatable {
    public var job: Job
    /// Occurrences up to and including this instant are not the job's: it was created, resumed or given another
    /// schedule then.
    public var effectiveAfter: Instant
    public var createdAt: Instant
    public var updatedAt: Instant

    public init(job: Job, effectiveAfter: Instant, createdAt: Instant, updatedAt: Instant) {
        self.job = job
        self.effectiveAfter = effectiveAfter
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    public var id: JobID { job.name.id }

    /// This job replaced by `new`. Only a new schedule, or coming back from a pause, moves `effectiveAfter`.
    public func replaced(by new: Job, now: Instant) -> StoredJob {
        let keepsStart = new.schedule == job.schedule && (job.isEnabled || !new.isEnabled)
        return StoredJob(
            job: new, effectiveAfter: keepsStart ? effectiveAfter : now, createdAt: createdAt, updatedAt: now)
    }
}
