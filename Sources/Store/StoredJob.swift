public import JobCore

/// A job as the store holds it.
public struct StoredJob: Sendable, Equatable {
    public var job: Job
    /// The job runs only for occurrences after this instant, at which it was created, resumed or given another
    /// schedule.
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

    /// The fields that everyone may see.
    public var fields: JobFields { JobFields(job, createdAt: createdAt, updatedAt: updatedAt) }

    /// The earliest instant, `instant` or later, of which an occurrence belongs to this job; nil if there is none.
    public func firstRun(from instant: Instant) -> Instant? {
        guard job.isEnabled else { return nil }
        let first = max(instant, effectiveAfter.adding(milliseconds: 1), job.startAt ?? instant)
        return first <= job.endAt ?? first ? first : nil
    }

    /// The version of the job: another text after every put that changes something, also if both were made in the same
    /// millisecond. It is the entity tag of the API.
    public var etag: String { job.version(updatedAt: updatedAt) }

    /// This job replaced by `new` at `now`. Only another schedule, or the end of a pause, moves `effectiveAfter`. A job
    /// that is put as it is stays as it is, `updatedAt` included.
    public func replaced(by new: Job, now: Instant) -> StoredJob {
        // Texts that look alike may differ in their bytes, and `==` of Swift does not tell them apart.
        guard new.version(updatedAt: updatedAt) != etag else { return self }
        let keepsStart = new.schedule == job.schedule && (job.isEnabled || !new.isEnabled)
        return StoredJob(
            job: new, effectiveAfter: keepsStart ? effectiveAfter : now, createdAt: createdAt, updatedAt: now)
    }
}
