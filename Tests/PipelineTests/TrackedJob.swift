import Determinism
import JobCore
import Store

/// A schedule whose occurrences the test knows by itself.
struct Rhythm: Equatable {
    var expression: String
    /// Seconds between two occurrences, counted from the epoch; or a single occurrence.
    var period: Int64?
    var once: Instant?

    static func every(_ seconds: Int64, _ expression: String) -> Rhythm {
        Rhythm(expression: expression, period: seconds)
    }

    static func at(_ instant: Instant) -> Rhythm {
        Rhythm(expression: "at(\(instant.rfc3339.prefix(19)))", once: instant)
    }

    static func any(after now: Instant, _ random: inout SplitMix64) -> Rhythm {
        let choices: [Rhythm] = [
            .every(20, "rate(20 seconds)"), .every(45, "rate(45 seconds)"), .every(60, "rate(1 minute)"),
            .every(60, "cron(* * * * ? *)"), .every(180, "cron(0/3 * * * ? *)"), .every(120, "rate(2 minutes)"),
            .at(Instant(secondsSinceEpoch: now.secondsSinceEpoch + Int64(random.int(20...400)))),
        ]
        return choices[random.int(0...(choices.count - 1))]
    }

    func next(after instant: Instant) -> Instant? {
        if let once { return once > instant ? once : nil }
        guard let period else { return nil }
        return Instant(millisecondsSinceEpoch: (instant.millisecondsSinceEpoch / (period * 1_000) + 1) * period * 1_000)
    }

    func occurrences(after start: Instant, through end: Instant) -> [Instant] {
        var found: [Instant] = []
        var last = start
        while let next = next(after: last), next <= end {
            found.append(next)
            last = next
        }
        return found
    }
}

/// A job and what the test did to it.
struct TrackedJob {
    var job: Job
    var rhythm: Rhythm
    /// Occurrences up to here are not the job's.
    var since: Instant
    var deletedAt: Instant?
    /// Paused, resumed or given another schedule since it was put.
    var wasChanged = false

    var name: JobName { job.name }
    var isLive: Bool { job.isEnabled && deletedAt == nil }

    /// True when an occurrence of its schedule is the job's own.
    func owns(_ occurrence: Instant) -> Bool {
        isLive && occurrence > since && isInside(occurrence)
    }

    private func isInside(_ occurrence: Instant) -> Bool {
        (job.startAt.map { $0 <= occurrence } ?? true) && (job.endAt.map { occurrence <= $0 } ?? true)
    }

    /// Its occurrences until now.
    func occurrences(through now: Instant) -> [Instant] {
        guard isLive else { return [] }
        return rhythm.occurrences(after: since, through: now).filter(isInside)
    }

    /// Whether an occurrence of its own that was found due at `tickedAt` is passed over as missed.
    func misses(_ occurrence: Instant, tickedAt: Instant) -> Bool {
        let late = tickedAt.milliseconds(since: occurrence)
        guard late > 60_000 else { return false }
        if let maxAge = job.misfireMaxAgeSeconds, late > maxAge * 1_000 { return true }
        switch job.misfire {
        case .skip: return true
        case .all: return false
        case .last: return rhythm.next(after: occurrence).map { $0 <= tickedAt && isInside($0) } ?? false
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
        if random.chance(25) { job.retry = RetryPolicy(maxAttempts: random.int(1...4), backoffSeconds: [5]) }
        if random.chance(20) { job.misfireMaxAgeSeconds = Int64(random.int(70...150)) }
        if random.chance(15) { job.startAt = now.adding(seconds: Int64(random.int(1...120))) }
        if random.chance(15) { job.endAt = now.adding(seconds: Int64(random.int(100...500))) }
        return TrackedJob(job: job, rhythm: rhythm, since: now)
    }
}
