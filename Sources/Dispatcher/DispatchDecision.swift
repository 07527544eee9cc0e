public import JobCore
public import Store

/// What becomes of a job when its schedule is due.
public enum DispatchDecision: Sendable, Equatable {
    case run
    /// It is recorded as failed, reason `missed`.
    case miss
    /// The occurrence is not the job's: nothing is recorded, the reason is counted.
    case pass(Reason)

    public enum Reason: String, Sendable, CaseIterable {
        case paused
        /// The job was created, resumed or rescheduled at or after the occurrence.
        case notYet = "not_yet"
        /// Outside `start_at`…`end_at`.
        case outside
    }

    /// An occurrence found due later than this is a misfire.
    static let misfireMilliseconds: Int64 = 60_000

    /// `tickedAt` is when the ticker found the occurrence due; `isSuperseded` says that by then a later occurrence of
    /// the job was due as well.
    public static func decide(
        _ stored: StoredJob, occurrence: Instant, tickedAt: Instant, isSuperseded: Bool
    ) -> DispatchDecision {
        let job = stored.job
        guard job.isEnabled else { return .pass(.paused) }
        guard occurrence > stored.effectiveAfter else { return .pass(.notYet) }
        if let startAt = job.startAt, occurrence < startAt { return .pass(.outside) }
        if let endAt = job.endAt, occurrence > endAt { return .pass(.outside) }
        let late = tickedAt.milliseconds(since: occurrence)
        guard late > misfireMilliseconds else { return .run }
        if let maxAge = job.misfireMaxAgeSeconds, late > maxAge * 1_000 { return .miss }
        switch job.misfire {
        case .skip: return .miss
        case .last: return isSuperseded ? .miss : .run
        case .all: return .run
        }
    }

    /// What an execution's ttl counts from until it is delivered. A misfire that is run gets its whole ttl: counted
    /// from the occurrence it would often be over before it began.
    static func ttlStart(occurrence: Instant, tickedAt: Instant) -> Instant {
        tickedAt.milliseconds(since: occurrence) > misfireMilliseconds ? tickedAt : occurrence
    }
}
