public import JobCore

/// What the admin API needs.
public protocol ConsoleStore: Sendable {
    /// Creates or replaces a job. A deleted job of that name comes back as a new one.
    func put(_ jobs: [Job], now: Instant) async throws(StoreError) -> [PutJob]

    func job(named name: JobName) async throws(StoreError) -> StoredJob?

    /// Marks a job deleted, keeps its history; false when there is none.
    func deleteJob(named name: JobName, now: Instant) async throws(StoreError) -> Bool

    /// Jobs in the order of their names, deleted ones excepted, up to `limit`, after `after`; all services for nil.
    func jobs(service: String?, after: JobName?, limit: Int) async throws(StoreError) -> [StoredJob]

    /// Newest first.
    func executions(_ query: ExecutionQuery) async throws(StoreError) -> ExecutionPage

    func execution(_ id: ExecutionID) async throws(StoreError) -> Execution?

    /// The key whose secret has this SHA-256, if any.
    func apiKey(secretHash: [UInt8]) async throws(StoreError) -> APIKey?
    func apiKeys() async throws(StoreError) -> [APIKey]
    /// False when a key of that name exists already.
    func add(_ key: APIKey, secretHash: [UInt8]) async throws(StoreError) -> Bool
    func removeAPIKey(named name: String) async throws(StoreError) -> Bool
}
