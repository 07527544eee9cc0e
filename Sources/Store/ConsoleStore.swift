public import JobCore

/// The role of the admin API: jobs and API keys are written and read, executions are looked up.
///
/// Each change takes its author, and writes its audit entry in the same transaction.
public protocol ConsoleStore: AuditStore {
    /// Creates, replaces and deletes jobs in one transaction: all of them, or none if a precondition of the batch does
    /// not hold.
    ///
    /// A deleted job of the same name comes back as a new one, and one that can't be read is replaced. A deleted job
    /// keeps its executions. `now` is the time of the changes; see `StoredJob.replaced(by:now:)`. It is asked for once,
    /// when no other program writes any more: of two changes, the one that is read later is not the older one.
    /// A put that leaves the job as it was has no audit entry.
    func change(
        _ batch: JobBatch, by author: ChangeAuthor, now: @autoclosure @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> JobBatchResult

    /// The job of that name; nil when there is none, or it was deleted. Throws `StoreError.unusable` when it can't be
    /// read.
    func job(named name: JobName) async throws(StoreError) -> StoredJob?

    /// One page of the jobs that match, deleted ones excepted, sorted by service and then by name (both by Unicode
    /// scalars). It ends early when one more job would exceed `Limits.pageBytesMax`, or when the search has looked at
    /// many jobs that do not match: it may have no job although other pages follow. A job that can't be read is left
    /// out, logged by name and counted.
    func jobs(_ query: JobQuery) async throws(StoreError) -> ListedJobs

    /// One page of the executions that match, in the order of their `ExecutionPosition`. It ends early when one more
    /// would exceed `Limits.pageBytesMax`, or when the search has looked at many executions that do not match: it may
    /// have no execution although other pages follow. An execution that can't be read is left out, logged by its id and
    /// counted.
    func executions(_ query: ExecutionQuery) async throws(StoreError) -> ExecutionPage

    /// The execution with that id; nil when there is none. Throws `StoreError.unusable` when it can't be read.
    func execution(_ id: ExecutionID) async throws(StoreError) -> Execution?

    /// What an operator looks at first, with the jobs that are paused at `instant`. It reads no history.
    func overview(at instant: Instant) async throws(StoreError) -> StoreOverview

    /// Up to `limit` services that have jobs, sorted by their names (by Unicode scalars), that come after `after`; or
    /// the service of that name alone. Jobs are counted as paused that are so at `instant`.
    func services(named service: String?, after: String?, limit: Int, at instant: Instant) async throws(StoreError)
        -> ListedPage<ServiceSummary>

    /// Up to `limit` schedules that jobs have, enabled or not, sorted by expression, time zone and DST policy (by
    /// Unicode scalars), that come after `after`. `service` nil means the jobs of all services. A schedule with an
    /// unknown DST policy is left out.
    func schedules(service: String?, after: ScheduleKey?, limit: Int) async throws(StoreError)
        -> ListedPage<ScheduleSummary>

    /// The key whose secret has this SHA-256 hash; nil when there is none. Throws `StoreError.unusable` when it can't
    /// be read.
    func apiKey(secretHash: [UInt8]) async throws(StoreError) -> APIKey?

    /// All keys that can be read, sorted by name.
    func apiKeys() async throws(StoreError) -> [APIKey]

    /// Adds a key, as created by the author; false when a key of that name or with that secret exists, which then stays
    /// as it is.
    func add(_ key: APIKey, secretHash: [UInt8], by author: ChangeAuthor) async throws(StoreError) -> Bool

    /// Removes a key, also one that can't be read. With `keepingAdmin` the last one of the scope `admin` stays.
    func removeAPIKey(
        named name: String, keepingAdmin: Bool, by author: ChangeAuthor, now: Instant
    ) async throws(StoreError) -> KeyRemoval

    /// Notes when keys were last used, by name. A key that was created after that, or is gone, stays as it is. This is
    /// no change, and has no audit entry.
    func noteUse(of keys: [String: Instant]) async throws(StoreError)
}

extension ConsoleStore {
    /// One page of the jobs of a service, or of all services if it is nil.
    public func jobs(service: String?, after: JobName?, limit: Int) async throws(StoreError) -> ListedJobs {
        try await jobs(
            JobQuery(
                JobFilter(names: service.map { [JobNamePattern(service: $0)] }), after: after, limit: limit))
    }
}
