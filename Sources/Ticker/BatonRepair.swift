public import JobCore
public import Store

/// Decides when a baton is published because there is none (its queue was purged, or never filled).
public enum BatonRepair {
    /// A ticker without the baton waits this long at its start before it publishes one: there may be none yet.
    public static let firstSilenceMilliseconds: Int64 = 2_000
    /// An occurrence that is overdue by this much, with nothing on record for it, means that no ticker ticks.
    static let overdueMilliseconds: Int64 = 10_000

    /// The cursor of the baton to publish; nil when there is no need.
    ///
    /// A baton too many is harmless: the queue keeps the newer of two, and a repeated tick leads to the same executions.
    /// So the first baton is published on little evidence; later ones only when an occurrence is overdue.
    ///
    /// Occurrences are ticked in order, so every one before the newest on record is done; the newest may be done in
    /// part. With nothing on record, the cursor is where the first job took effect: jobs may be older than the first
    /// ticker.
    public static func cursor(
        isFirst: Bool, silentMilliseconds: Int64, newestOccurrence: Instant?, schedules: [DistinctSchedule],
        now: Instant
    ) -> Instant? {
        guard silentMilliseconds >= firstSilenceMilliseconds else { return nil }
        let done = newestOccurrence?.adding(milliseconds: -1)
        let cursor = min(done ?? schedules.map(\.earliestEffectiveAfter).min() ?? now, now)
        if isFirst { return cursor }
        guard silentMilliseconds >= overdueMilliseconds else { return nil }
        let expectedBy = now.adding(milliseconds: -overdueMilliseconds)
        let overdue = schedules.contains { schedule in
            let after = max(newestOccurrence ?? schedule.latestEffectiveAfter, schedule.latestEffectiveAfter)
            guard let next = try? schedule.key.parsed().next(after: after) else { return false }
            return next <= expectedBy
        }
        return overdue ? cursor : nil
    }
}
