import Determinism
import JobCore
import Store

/// A job, and the changes that the test made to it.
struct TrackedJob {
    var job: Job
    var rhythm: Rhythm
    /// Occurrences up to this instant do not belong to the job.
    var since: Instant
    var deletedAt: Instant?
    /// Paused, resumed or given another schedule since it was put.
    var wasChanged = false

    var name: JobName { job.name }
    var isLive: Bool { job.isEnabled && deletedAt == nil }

    /// True when an occurrence of its schedule belongs to the job.
    func owns(_ occurrence: Instant) -> Bool {
        isLive && occurrence > since && isInside(occurrence)
    }

    private func isInside(_ occurrence: Instant) -> Bool {
        (job.startAt.map { $0 <= occurrence } ?? true) && (job.endAt.map { occurrence <= $0 } ?? true)
    }

    /// The job's occurrences up to `now`.
    func occurrences(through now: Instant) -> [Instant] {
        guard isLive else { return [] }
        return rhythm.occurrences(after: since, through: now).filter(isInside)
    }

    /// True when an occurrence of the job that is handled at `handledAt` is to be recorded as missed. Only one that is
    /// not within a pause takes its place under the policy `last`.
    func misses(_ occurrence: Instant, handledAt: Instant, isPaused: (Instant) -> Bool) -> Bool {
        let late = handledAt.milliseconds(since: occurrence)
        guard late > 60_000 else { return false }
        if let maxAge = job.misfireMaxAgeSeconds, late > maxAge * 1_000 { return true }
        switch job.misfire {
        case .skip: return true
        case .all: return false
        case .last:
            return rhythm.occurrences(after: occurrence, through: handledAt).contains { isInside($0) && !isPaused($0) }
        }
    }

    static func any(_ name: JobName, at now: Instant, _ random: inout SplitMix64) -> TrackedJob {
        let rhythm = Rhythm.any(after: now, &random)
        let ttls: [Int64] = [40, 60, 90, 150]
        var job = Job(
            name: name, isExclusive: random.chance(40),
            target: InvocationTarget(kind: .http, address: "https://\(name.job).example/hook"), payload: "{}",
            schedule: ScheduleKey(rhythm.expression), ttlSeconds: ttls[random.int(0...3)],
            heartbeatIntervalSeconds: random.chance(60) ? 10 : nil,
            misfire: MisfirePolicy.allCases[random.int(0...2)])
        if ["j0", "j2", "j4"].contains(name.job) { job.tags = ["t-\(name.service)"] }
        if random.chance(25) { job.retry = RetryPolicy(maxAttempts: random.int(1...4), backoffSeconds: [5]) }
        if random.chance(20) { job.misfireMaxAgeSeconds = Int64(random.int(70...150)) }
        if random.chance(15) { job.startAt = now.adding(seconds: Int64(random.int(1...120))) }
        if random.chance(15) { job.endAt = now.adding(seconds: Int64(random.int(100...500))) }
        return TrackedJob(job: job, rhythm: rhythm, since: now)
    }
}
