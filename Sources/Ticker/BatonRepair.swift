public import JobCore
public import Store

/// Decides whether a ticker publishes a baton because there is none: its queue was purged, or never had a message.
public enum BatonRepair {
    /// A ticker that starts and gets no baton waits this long before it publishes the first one.
    public static let firstSilenceMilliseconds: Int64 = 2_000
    /// An occurrence that is overdue by this much and has no recorded execution means that no ticker ticks.
    static let overdueMilliseconds: Int64 = 10_000

    /// The cursor of the baton to publish; nil when there is no need.
    ///
    /// A second baton is harmless: the queue keeps the newer one, and a repeated tick leads to the same executions. So
    /// the first baton is published after a short silence, later batons only when an occurrence is overdue.
    ///
    /// Occurrences are ticked in order, so all occurrences before the newest recorded one are done; the newest may be
    /// done in part. If none is recorded, the cursor is the instant at which the first job took effect, since jobs may
    /// be older than the first ticker.
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
