internal import FoundationEssentials
public import JobCore

/// A job as the record keeps it.
public struct StoredJob: Sendable, Equatable {
    public var job: Job
    /// Occurrences up to and including this instant are not the job's: it was created, resumed or given another
    /// schedule then.
    public var since: Instant
    public var createdAt: Instant
    public var updatedAt: Instant

    public init(job: Job, since: Instant, createdAt: Instant, updatedAt: Instant) {
        self.job = job
        self.since = since
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    public var id: JobID { job.name.id }

    /// This job replaced by `new`. Only a new schedule, or coming back from a pause, moves `since`.
    public func replaced(by new: Job, now: Instant) -> StoredJob {
        let keepsSince = new.schedule == job.schedule && (job.isEnabled || !new.isEnabled)
        return StoredJob(job: new, since: keepsSince ? since : now, createdAt: createdAt, updatedAt: now)
    }
}

/// A distinct schedule and the enabled jobs that share it.
public struct SharedSchedule: Sendable, Equatable {
    public var key: ScheduleKey
    public var jobCount: Int
    /// The earliest and the latest `since` among its jobs.
    public var earliestSince: Instant
    public var latestSince: Instant

    /// Without `earliestSince` it is the latest one, as it is for a single job.
    public init(key: ScheduleKey, jobCount: Int, earliestSince: Instant? = nil, latestSince: Instant) {
        self.key = key
        self.jobCount = jobCount
        self.earliestSince = earliestSince ?? latestSince
        self.latestSince = latestSince
    }
}

/// Part of a schedule's jobs: those whose slot is in the range.
public struct Shard: Sendable, Hashable {
    /// Slots are 0...65,535: the first two bytes of the job's guid.
    public static let slotCount = 65_536

    public var slots: Range<Int>

    /// Shard `index` (from 0) of `count`. Together the shards hold every slot once.
    public init(index: Int, of count: Int) {
        let count = max(1, min(count, Self.slotCount))
        let index = max(0, min(index, count - 1))
        slots = (index * Self.slotCount / count)..<((index + 1) * Self.slotCount / count)
    }

    public static func slot(of job: JobID) -> Int {
        Int(job.uuid.uuid.0) << 8 | Int(job.uuid.uuid.1)
    }
}
