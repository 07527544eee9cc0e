import JSON
import JobCore
import Store
import Synchronization

/// The admin API's store in memory.
final class MemoryConsoleStore: ConsoleStore {
    struct Content {
        var jobs: [JobName: StoredJob] = [:]
        /// Newest first.
        var executions: [Execution] = []
        /// The execution that is found at an id without one: what other stages have recorded meanwhile.
        var recorded: @Sendable (ExecutionID) -> Execution? = { _ in nil }
        var keys: [[UInt8]: APIKey] = [:]
        /// Thrown by every call but the search for a key.
        var failure: StoreError?
        /// Thrown by the search for a key.
        var keyFailure: StoreError?
        var queries: [ExecutionQuery] = []
        /// Called by a write before it begins, as while another program writes.
        var beforeWrite: @Sendable () -> Void = {}
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(Content())

    var content: Content { state.withLock { $0 } }

    func change<Value: Sendable>(_ body: (inout Content) -> Value) -> Value {
        state.withLock { body(&$0) }
    }

    /// From now on lists of jobs wait.
    func hold() { change { $0.isHeld = true } }

    /// Lists wait no more.
    func release() {
        let held = change { content in
            content.isHeld = false
            defer { content.held = [] }
            return content.held
        }
        for list in held { list.resume() }
    }

    private func waitWhileHeld() async {
        await withCheckedContinuation { list in
            let waits = change { content in
                if content.isHeld { content.held.append(list) }
                return content.isHeld
            }
            if !waits { list.resume() }
        }
    }

    private func read() throws(StoreError) -> Content {
        let content = content
        if let failure = content.failure { throw failure }
        return content
    }

    func put(
        _ jobs: [Job], now: @autoclosure @Sendable () -> Instant
    ) async throws(StoreError) -> [PutJob] {
        content.beforeWrite()
        let now = now()
        _ = try read()
        return change { content in
            jobs.map { job in
                let new = StoredJob(job: job, effectiveAfter: now, createdAt: now, updatedAt: now)
                let old = content.jobs[job.name]
                let stored = old?.replaced(by: job, now: now) ?? new
                content.jobs[job.name] = stored
                return PutJob(stored: stored, isNew: old == nil)
            }
        }
    }

    func job(named name: JobName) async throws(StoreError) -> StoredJob? {
        try read().jobs[name]
    }

    func deleteJob(named name: JobName, now: Instant) async throws(StoreError) -> Bool {
        _ = try read()
        return change { $0.jobs.removeValue(forKey: name) != nil }
    }

    func jobs(service: String?, after: JobName?, limit: Int) async throws(StoreError) -> ListedJobs {
        await waitWhileHeld()
        let found = try read().jobs.values.sorted { "\($0.job.name)" < "\($1.job.name)" }.filter { stored in
            (service == nil || stored.job.name.service == service)
                && (after.map { "\($0)" < "\(stored.job.name)" } ?? true)
        }
        return ListedJobs(jobs: Array(found.prefix(limit)), hasMore: found.count > limit)
    }

    func executions(_ query: ExecutionQuery) async throws(StoreError) -> ExecutionPage {
        let begin = Int(query.more ?? 0)
        let found = try read().executions.filter { execution in
            (query.service == nil || execution.jobName.service == query.service)
                && (query.job == nil || execution.jobName.job == query.job)
        }
        change { $0.queries.append(query) }
        let end = begin + query.limit
        return ExecutionPage(
            executions: Array(found.dropFirst(begin).prefix(query.limit)), more: end < found.count ? Int64(end) : nil)
    }

    func execution(_ id: ExecutionID) async throws(StoreError) -> Execution? {
        let content = try read()
        return content.executions.first { $0.id == id } ?? content.recorded(id)
    }

    func apiKey(secretHash: [UInt8]) async throws(StoreError) -> APIKey? {
        let content = content
        if let failure = content.keyFailure { throw failure }
        return content.keys[secretHash]
    }

    func apiKeys() async throws(StoreError) -> [APIKey] {
        Array(try read().keys.values)
    }

    func add(_ key: APIKey, secretHash: [UInt8]) async throws(StoreError) -> Bool {
        _ = try read()
        return change { content in
            guard content.keys.values.allSatisfy({ $0.name != key.name }) else { return false }
            content.keys[secretHash] = key
            return true
        }
    }

    func removeAPIKey(named name: String) async throws(StoreError) -> Bool {
        _ = try read()
        return change { content in
            guard let hash = content.keys.first(where: { $0.value.name == name })?.key else { return false }
            return content.keys.removeValue(forKey: hash) != nil
        }
    }
}
