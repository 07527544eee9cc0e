public import JobCore
public import Store

/// Decides where a ticker goes on when no baton says so, and when the baton counts as lost. Pure.
///
/// A second baton is harmless: the queue keeps the newer one, and a repeated tick leads to the same executions.
public enum BatonRepair {
    /// A ticker that starts and gets no baton waits this long before it publishes the first one.
    public static let firstSilenceMilliseconds: Int64 = 2_000
    /// An occurrence that is overdue by this much and has no recorded execution means that no ticker ticks.
    public static let overdueMilliseconds: Int64 = 10_000
    /// A baton whose cursor is older than the record shows by more than this is not believed. It may be older by as
    /// long as a ticker could not read the schedules.
    static let cursorLagMaxMilliseconds: Int64 = 86_400_000
    private static let silenceMaxMilliseconds: Int64 = 600_000

    /// The silence after which a ticker publishes a baton, when `repairs` batons in a row have changed nothing. It
    /// doubles with each of them: then the baton is not what is missing, but a dispatcher, for example.
    public static func silenceMilliseconds(afterRepairs repairs: Int) -> Int64 {
        min(overdueMilliseconds << Int64(min(max(repairs, 0), 10)), silenceMaxMilliseconds)
    }

    /// The cursor as the record shows it.
    ///
    /// Occurrences are ticked in order, so all occurrences before the newest recorded one are done; the newest may be
    /// done in part. If none is recorded, the cursor is the instant at which the first job took effect, since jobs may
    /// be older than the first ticker.
    public static func cursor(
        newestOccurrence: Instant?, schedules: [DistinctSchedule], now: Instant
    ) -> Instant {
        let done = newestOccurrence?.adding(milliseconds: -1)
        return min(done ?? schedules.map(\.earliestEffectiveAfter).min() ?? now, now)
    }

    /// Whether a baton's cursor can't be true: it is in the future, or long before what is done.
    public static func isImplausible(cursor: Instant, recorded: Instant, now: Instant) -> Bool {
        cursor.milliseconds(since: now) > ClockGuard.leapMaxMilliseconds
            || recorded.milliseconds(since: cursor) > cursorLagMaxMilliseconds
    }

    /// The next occurrence of each schedule after the newest one on record, the earliest first.
    public static func expected(
        after newestOccurrence: Instant?, schedules: [DistinctSchedule], zones: ZoneDatabase = .shared
    ) -> [ExpectedOccurrence] {
        schedules.compactMap { schedule in
            let after = max(newestOccurrence ?? schedule.latestEffectiveAfter, schedule.latestEffectiveAfter)
            let next = try? schedule.key.parsed(zones: zones).next(after: after)
            return next.map { ExpectedOccurrence(key: schedule.key, occurrence: $0) }
        }
        .sorted { $0.occurrence < $1.occurrence }
    }

    /// Those of the expected occurrences that are overdue.
    public static func overdue(_ expected: [ExpectedOccurrence], now: Instant) -> ArraySlice<ExpectedOccurrence> {
        let expectedBy = now.adding(milliseconds: -overdueMilliseconds)
        return expected.prefix { $0.occurrence <= expectedBy }
    }
}
