public import JobCore
public import Store

/// Decides when a lost baton (its queue purged, or never filled) is made anew.
public enum BatonRepair {
    /// A ticker without the baton waits this long at its start before it makes one: there may be none yet.
    public static let firstSilenceMilliseconds: Int64 = 2_000
    /// An occurrence that is overdue by this much, with nothing on record for it, means that nobody ticks.
    static let overdueMilliseconds: Int64 = 10_000

    /// The cursor of the baton to make; nil when there is no need.
    ///
    /// A baton too many is harmless: the queue keeps the newer of two, and what is said twice leads to the same
    /// executions. So the first one is made on little evidence; later ones only when something is overdue.
    ///
    /// What was ticked was ticked in order, so all before the newest occurrence on record is answered; of that one
    /// perhaps only a part. With nothing on record it begins where the first job did: jobs may be older than the first
    /// ticker.
    public static func cursor(
        isFirst: Bool, silentMilliseconds: Int64, newestOccurrence: Instant?, schedules: [DistinctSchedule],
        now: Instant
    ) -> Instant? {
        guard silentMilliseconds >= firstSilenceMilliseconds else { return nil }
        let answered = newestOccurrence?.adding(milliseconds: -1)
        let cursor = min(answered ?? schedules.map(\.earliestEffectiveAfter).min() ?? now, now)
        if isFirst { return cursor }
        guard silentMilliseconds >= overdueMilliseconds else { return nil }
        let expectedBy = now.adding(milliseconds: -overdueMilliseconds)
        let overdue = schedules.contains { shared in
            let after = max(newestOccurrence ?? shared.latestEffectiveAfter, shared.latestEffectiveAfter)
            guard let next = try? shared.key.parsed().next(after: after) else { return false }
            return next <= expectedBy
        }
        return overdue ? cursor : nil
    }
}
