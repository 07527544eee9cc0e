public import JobCore

/// The role of the reaper: it finds passed deadlines and lost deliveries, and removes old executions.
public protocol ExpiryStore: Sendable {
    /// Up to `limit` open executions with a deadline at or before `now`, each once: by its ttl when that is over, else
    /// by its heartbeats. In no order that a caller may rely on.
    ///
    /// Silence counts from `reachableSince` at the earliest, when callbacks could arrive again; nil: from the
    /// execution's own latest sign of life. `ExecutionState.silentIntervalsMax` intervals of it are too many.
    func overdue(at now: Instant, reachableSince: Instant?, limit: Int) async throws(StoreError) -> [OverdueExecution]

    /// Up to `limit` pending executions whose next attempt was due at or before `instant`, the earliest first.
    /// Executions of deleted jobs are not among them: their target is no longer known, and their ttl ends them.
    func undelivered(dueBefore instant: Instant, limit: Int) async throws(StoreError) -> [UndeliveredExecution]

    /// Removes up to `limit` executions that ended before `instant`, the earliest first; answers how many it removed.
    /// The last success of an exclusive job stays, however old: its next run receives it.
    func removeHistory(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int
}
