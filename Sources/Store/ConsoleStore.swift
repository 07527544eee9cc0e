public import JobCore

/// The role of the admin API: jobs are written and read, executions and API keys are looked up.
public protocol ConsoleStore: Sendable {
    /// Creates or replaces jobs in one transaction, and answers as many as it was given, in the same order.
    ///
    /// A deleted job of the same name comes back as a new one, and one that can't be read is replaced. `now` is the
    /// time of the change; see `StoredJob.replaced(by:now:)`. It is asked for once, when no other program writes any
    /// more: of two changes, the one that is read later is not the older one.
    func put(_ jobs: [Job], now: @autoclosure @Sendable () -> Instant) async throws(StoreError) -> [PutJob]

    /// The job of that name; nil when there is none, or it was deleted. Throws `StoreError.unusable` when it can't be
    /// read.
    func job(named name: JobName) async throws(StoreError) -> StoredJob?

    /// Marks a job as deleted and keeps its executions; false when there is no such job.
    func deleteJob(named name: JobName, now: Instant) async throws(StoreError) -> Bool

    /// Up to `limit` jobs, deleted ones excepted, sorted by service and then by name (both by Unicode scalars), that
    /// come after `after`; fewer when there are no more, or when one more would exceed `Limits.pageBytesMax`. `service`
    /// nil means all services. A job that can't be read is left out, logged by name and counted.
    func jobs(service: String?, after: JobName?, limit: Int) async throws(StoreError) -> ListedJobs

    /// One page of the executions that match, the one that was created last first; it ends early when one more would
    /// exceed `Limits.pageBytesMax`. An execution that can't be read is left out, logged by its id and counted.
    func executions(_ query: ExecutionQuery) async throws(StoreError) -> ExecutionPage

    /// The execution with that id; nil when there is none. Throws `StoreError.unusable` when it can't be read.
    func execution(_ id: ExecutionID) async throws(StoreError) -> Execution?

    /// The key whose secret has this SHA-256 hash; nil when there is none. Throws `StoreError.unusable` when it can't
    /// be read.
    func apiKey(secretHash: [UInt8]) async throws(StoreError) -> APIKey?

    /// All keys that can be read, sorted by name.
    func apiKeys() async throws(StoreError) -> [APIKey]

    /// Adds a key; false when a key of that name or with that secret exists, which then stays as it is.
    func add(_ key: APIKey, secretHash: [UInt8]) async throws(StoreError) -> Bool

    /// Removes a key; false when there is none of that name.
    func removeAPIKey(named name: String) async throws(StoreError) -> Bool
}
