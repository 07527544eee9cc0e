public import JobCore

/// The role of the dispatcher: it reads jobs and secrets, and creates executions.
///
///     let page = try await store.jobs(with: schedule, in: .all, limit: 500, bytesMax: 8 << 20)
///     let recorded = try await store.create(page.jobs.map { execution(of: $0.job) }, now: time.now)
public protocol DispatchStore: Sendable {
    /// The first jobs of a range of the schedule's jobs, deleted ones excepted, in the range's order: up to `limit` of
    /// them, and no more than `bytesMax` bytes of documents, unless the first alone has more; fewer only when there are
    /// no more. Paused jobs are among them: the dispatcher decides whether a job runs. A job that can't be read is left
    /// out, logged by name and counted.
    func jobs(
        with schedule: ScheduleKey, in range: JobRange, limit: Int, bytesMax: Int
    ) async throws(StoreError) -> JobPage

    /// The pauses that cover an instant of those from `first` through `last`, whether they have ended or not, in no
    /// order that a caller may rely on. One query, which costs next to nothing when there is none. A pause that can't
    /// be read is left out, logged and counted.
    func pauses(from first: Instant, through last: Instant) async throws(StoreError) -> [JobPause]

    /// The job of that name; nil when there is none, or it was deleted. Throws `StoreError.unusable` when it can't be
    /// read.
    func job(named name: JobName) async throws(StoreError) -> StoredJob?

    /// Creates executions in one transaction, and answers as many as it was given, in the same order, as the store
    /// then holds them; nil for one that exists already and can't be read, which is logged and counted.
    ///
    /// `now` is called once, when no other program writes any more: no execution is recorded as created, or as over,
    /// before that instant. An execution whose id exists already is left as it is. A new one that is exclusive and not
    /// over, while another execution of its job is open, is created as over, reason `locked`; one that is buffered is
    /// created so, and takes the lock at once if no other execution of its job is open. A retry is linked from
    /// the execution it retries. The job need not exist: a test delivery belongs to a job that was never put.
    func create(
        _ executions: [Execution], now: @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> [RecordedExecution?]

    /// The executions that exist among `ids` and can be read, in the order of `ids`; an id that is given twice is
    /// answered twice.
    ///
    /// `lastSuccess` is as `create` answers it, `isNew` is false. Changes nothing.
    func recorded(_ ids: [ExecutionID]) async throws(StoreError) -> [RecordedExecution]

    /// The secrets of services that are valid at `instant`. A service that was never given one is left out: its secret
    /// is derived. One query, whatever the number of services.
    func validSecrets(of services: Set<String>, at instant: Instant) async throws(StoreError) -> [String:
        ServiceSecrets]
}
