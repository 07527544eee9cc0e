public import JobCore

/// What the reaper asks: which deadlines have passed.
public protocol ExpiryStore: Sendable {
    /// Open executions one of whose deadlines is at or before `now`, up to `limit`. Silence counts from
    /// `reachableSince` at the earliest; nil: from when the execution was last heard of.
    func overdue(at now: Instant, reachableSince: Instant?, limit: Int) async throws(StoreError) -> [OverdueExecution]

    /// Pending executions whose next attempt was due at or before `instant`, up to `limit`. Those of deleted jobs are
    /// not among them: nobody knows any more where they would go, and their ttl ends them.
    func undelivered(dueBefore instant: Instant, limit: Int) async throws(StoreError) -> [UndeliveredExecution]

    /// Removes up to `limit` executions that ended before `instant`; answers how many it removed. The last success of
    /// an exclusive job stays, however old: its next run is told of it.
    func removeHistory(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int
}
