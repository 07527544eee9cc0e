public import JobCore

/// What the dispatcher needs: jobs in, executions out.
public protocol DispatchStore: Sendable {
    /// Up to `limit` jobs, deleted ones excepted, in the order of their ids, beginning after `after`.
    /// Paused jobs are among them: whether one runs is the dispatcher's decision.
    func jobs(with schedule: ScheduleKey, in shard: Shard, after: JobID?, limit: Int) async throws(StoreError)
        -> [StoredJob]

    /// The job of that name, unless it was deleted.
    func job(named name: JobName) async throws(StoreError) -> StoredJob?

    /// Puts executions on record in one transaction and answers, in the same order, what the record then holds.
    ///
    /// One whose id is there already is left as it is. A new one that is exclusive and not over, while another
    /// execution of its job is open, is recorded as over, reason `locked`. One that is a retry is linked from the
    /// execution it retries. Its job need not be on record: test deliveries belong to jobs that are not put yet.
    func create(_ executions: [Execution], now: Instant) async throws(StoreError) -> [RecordedExecution]

    /// The executions that exist among `ids`, in the order of `ids`; an id that is given twice is answered twice.
    ///
    /// `lastSuccess` is as `create` answers it, `isNew` is false. Changes nothing.
    func recorded(_ ids: [ExecutionID]) async throws(StoreError) -> [RecordedExecution]
}
