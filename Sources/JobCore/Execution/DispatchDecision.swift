/// The decision about one occurrence of a job's schedule.
public enum DispatchDecision: Sendable, Equatable {
    /// The occurrence is run.
    case run
    /// The occurrence is run after those before it: if a run of the exclusive job is open, it is buffered.
    case runInTurn
    /// The occurrence is recorded as failed, reason `missed`.
    case miss
    /// The occurrence does not belong to the job: nothing is recorded, and the reason is counted.
    case skip(SkipReason)

    /// Why an occurrence does not belong to the job.
    public enum SkipReason: String, Sendable, CaseIterable {
        /// `enabled` is false.
        case paused
        /// An operator's pause covers the occurrence.
        case operatorPause = "operator_pause"
        /// The job was created, resumed or rescheduled at or after the occurrence.
        case notYet = "not_yet"
        /// The occurrence is outside `start_at`…`end_at`.
        case outside
    }

    /// Decides about `occurrence`, which is handled at `judgedAt`. Occurrences up to `effectiveAfter` do not belong to
    /// the job, nor do those that one of `pauses` covers. `nextOccurrence` is the following occurrence of the same
    /// schedule that none of them covers, if there is any.
    public static func decide(
        _ job: Job, effectiveAfter: Instant, pauses: [JobPause] = [], occurrence: Instant, nextOccurrence: Instant?,
        judgedAt: Instant
    ) -> DispatchDecision {
        if let reason = skipReason(job, effectiveAfter: effectiveAfter, occurrence: occurrence) { return .skip(reason) }
        guard !pauses.contains(where: { $0.covers(occurrence) && $0.concerns(job) }) else {
            return .skip(.operatorPause)
        }
        guard Misfire.isMisfire(occurrence, judgedAt: judgedAt) else { return .run }
        let latenessMilliseconds = judgedAt.milliseconds(since: occurrence)
        if let maxAge = job.misfireMaxAgeSeconds, latenessMilliseconds > maxAge * 1_000 { return .miss }
        switch job.misfire {
        case .skip: return .miss
        case .all: return job.isExclusive ? .runInTurn : .run
        case .last:
            // Superseded when a later occurrence was due by then. Occurrences after the job's end do not count.
            let countedUntil = min(judgedAt, job.endAt ?? judgedAt)
            return nextOccurrence.map { $0 <= countedUntil } ?? false ? .miss : .run
        }
    }

    private static func skipReason(_ job: Job, effectiveAfter: Instant, occurrence: Instant) -> SkipReason? {
        guard job.isEnabled else { return .paused }
        guard occurrence > effectiveAfter else { return .notYet }
        if let startAt = job.startAt, occurrence < startAt { return .outside }
        if let endAt = job.endAt, occurrence > endAt { return .outside }
        return nil
    }
}
