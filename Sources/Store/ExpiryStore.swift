public import JobCore

/// The role of the reaper: it finds passed deadlines and lost deliveries, and removes old executions and audit entries.
public protocol ExpiryStore: Sendable {
    /// What every line of reports has come to: `LineProgress.least`.
    func progress() async throws(StoreError) -> LineProgress

    /// Up to `limit` open executions with a deadline at or before `instant`, each once: by its ttl when that is over,
    /// else by its heartbeats. In no order that a caller may rely on.
    ///
    /// A deadline is `ExecutionState.deadline(of:after:)`. That of a pending execution must also lie
    /// `ExecutionState.expiryGraceMilliseconds` before the latest mark that a courier has taken.
    func overdue(at instant: Instant, progress: LineProgress, limit: Int) async throws(StoreError)
        -> [OverdueExecution]

    /// Up to `limit` pending executions whose next attempt was due at or before `instant`, the earliest first.
    /// Executions of deleted jobs are not among them: their target is no longer known, and their ttl ends them. Nor are
    /// tests, whose job is not the one on record, or buffered ones, but for the earliest of a job that has no other
    /// open execution: it should have been released.
    func undelivered(dueBefore instant: Instant, limit: Int) async throws(StoreError) -> [UndeliveredExecution]

    /// The latest end of an execution on record; nil when none has ended.
    func newestEnd() async throws(StoreError) -> Instant?

    /// Removes up to `limit` executions that ended before `instant`, the earliest first; answers how many it removed.
    /// The last success of an exclusive job stays, however old: its next run receives it. After another success has
    /// replaced it, it may stay for some time more.
    ///
    /// A store may remove executions by the days on which they ended: then they stay until all of that day is before
    /// `instant`, and the last day that is removed may exceed the limit.
    func removeHistory(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int

    /// The latest time of an audit entry; nil when there is none.
    func newestAudit() async throws(StoreError) -> Instant?

    /// Removes up to `limit` audit entries that were made before `instant`, the earliest first; answers how many it
    /// removed.
    func removeAudit(before instant: Instant, limit: Int) async throws(StoreError) -> Int

    /// Removes up to `limit` pauses that ended before `instant`, by themselves or because somebody resumed what was
    /// paused; answers how many it removed.
    func removePauses(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int
}
