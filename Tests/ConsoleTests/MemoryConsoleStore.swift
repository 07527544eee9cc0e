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
        /// Oldest first.
        var audit: [AuditEntry] = []
        /// Thrown by a write of audit entries.
        var auditFailure: StoreError?
        /// Thrown by every call but the search for a key.
        var failure: StoreError?
        /// Thrown by the search for a key.
        var keyFailure: StoreError?
        /// The search for a key waits like a list of jobs.
        var holdsKeys = false
        var queries: [ExecutionQuery] = []
        var auditQueries: [AuditQuery] = []
        /// The uses of keys, as they were written.
        var noted: [[String: Instant]] = []
        /// Who made each change of jobs.
        var authors: [ChangeAuthor] = []
        var pauses: [JobPause] = []
        var pausesMax = JobPause.inForceMax
        /// Called by a write before it begins, as while another program writes.
        var beforeWrite: @Sendable () -> Void = {}
        /// What is counted, with the progress of a healthy installation.
        var overview = ScriptedQueues.overview
        /// Thrown by the check that the store can be written to.
        var storageFault: StorageFault?
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(Content())

    var content: Content { state.withLock { $0 } }

    func change<Value: Sendable>(_ body: (inout Content) -> Value) -> Value {
        state.withLock { body(&$0) }
    }

    /// From now on lists of jobs and the overview wait.
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

    func waitWhileHeld() async {
        await withCheckedContinuation { list in
            let waits = change { content in
                if content.isHeld { content.held.append(list) }
                return content.isHeld
            }
            if !waits { list.resume() }
        }
    }

    func read() throws(StoreError) -> Content {
        let content = content
        if let failure = content.failure { throw failure }
        return content
    }

    func change(
        _ batch: JobBatch, by author: ChangeAuthor, now: @autoclosure @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> JobBatchResult {
        content.beforeWrite()
        let now = now()
        _ = try read()
        return change { content in
            let failed = batch.failedPreconditions(
                isAbsent: { content.jobs[$0] == nil }, stored: { content.jobs[$0] })
            guard failed.isEmpty else { return .refused(failed) }
            content.authors.append(author)
            let puts = batch.puts.map { put in
                let new = StoredJob(job: put.job, effectiveAfter: now, createdAt: now, updatedAt: now)
                let old = content.jobs[put.job.name]
                let stored = old?.replaced(by: put.job, now: now) ?? new
                content.jobs[put.job.name] = stored
                if let entry = AuditEntry(put: stored, replacing: old, by: author) { content.audit.append(entry) }
                return PutJob(before: old, stored: stored, isNew: old == nil)
            }
            let deletions = batch.deletions.map { deletion in
                let old = content.jobs.removeValue(forKey: deletion.name)
                if let old { content.audit.append(AuditEntry(deleted: deletion.name, old, by: author, at: now)) }
                return DeletedJob(name: deletion.name, before: old, deletedAt: old == nil ? nil : now)
            }
            return .made(puts: puts, deletions: deletions)
        }
    }

    func job(named name: JobName) async throws(StoreError) -> StoredJob? {
        try read().jobs[name]
    }

    func jobs(_ query: JobQuery) async throws(StoreError) -> ListedJobs {
        await waitWhileHeld()
        let content = try read()
        let pauses = JobPauses(content.pauses)
        let found = content.jobs.values.sorted { "\($0.job.name)" < "\($1.job.name)" }.filter { stored in
            query.filter.matches(stored.job, pauses: pauses)
                && (query.after.map { "\($0)" < "\(stored.job.name)" } ?? true)
        }
        let page = Array(found.prefix(query.limit))
        return ListedJobs(jobs: page, more: found.count > query.limit ? page.last?.job.name : nil)
    }

    func executions(_ query: ExecutionQuery) async throws(StoreError) -> ExecutionPage {
        let begin = Int(query.more?.number ?? 0)
        let content = try read()
        let found = content.executions.filter { execution in
            query.jobs.matches(execution.jobName)
                && (query.jobs.tag == nil
                    || content.jobs[execution.jobName].map { query.jobs.matches($0.job) } ?? false)
        }
        change { $0.queries.append(query) }
        let end = begin + query.limit
        return ExecutionPage(
            executions: Array(found.dropFirst(begin).prefix(query.limit)),
            more: end < found.count ? ExecutionPosition(occurrence: ConsoleAPI.now, number: Int64(end)) : nil)
    }

    func execution(_ id: ExecutionID) async throws(StoreError) -> Execution? {
        let content = try read()
        return content.executions.first { $0.id == id } ?? content.recorded(id)
    }

    func apiKey(secretHash: [UInt8]) async throws(StoreError) -> APIKey? {
        if content.holdsKeys { await waitWhileHeld() }
        let content = content
        if let failure = content.keyFailure { throw failure }
        return content.keys[secretHash]
    }

    func apiKeys() async throws(StoreError) -> [APIKey] {
        Array(try read().keys.values)
    }

    func add(_ key: APIKey, secretHash: [UInt8], by author: ChangeAuthor) async throws(StoreError) -> Bool {
        _ = try read()
        return change { content in
            guard content.keys.values.allSatisfy({ $0.name != key.name }) else { return false }
            content.keys[secretHash] = key
            content.audit.append(AuditEntry(created: key, by: author))
            return true
        }
    }

    func removeAPIKey(
        named name: String, keepingAdmin: Bool, by author: ChangeAuthor, now: Instant
    ) async throws(StoreError) -> KeyRemoval {
        _ = try read()
        return change { content in
            guard let (hash, key) = content.keys.first(where: { $0.value.name == name }) else { return .unknown }
            let isLast = !content.keys.values.contains { $0.scope == .admin && $0.name != name }
            if keepingAdmin, key.scope == .admin, isLast { return .lastAdmin }
            content.keys[hash] = nil
            content.audit.append(AuditEntry(revoked: name, scope: "\(key.scope)", by: author, at: now))
            return .removed
        }
    }

    func noteUse(of keys: [String: Instant]) async throws(StoreError) {
        _ = try read()
        change { content in
            content.noted.append(keys)
            for (hash, key) in content.keys { content.keys[hash]?.lastUsedAt = keys[key.name] ?? key.lastUsedAt }
        }
    }

    func record(_ entries: [AuditEntry]) async throws(StoreError) {
        if let failure = try read().auditFailure { throw failure }
        change { $0.audit += entries }
    }

    func audit(_ query: AuditQuery) async throws(StoreError) -> AuditPage {
        let begin = Int(query.more ?? 0)
        let found = try read().audit.reversed().filter { entry in
            (query.service == nil || entry.service == query.service) && (query.job == nil || entry.job == query.job)
                && !(query.hidesKeys && entry.action.isAboutKeys)
        }
        change { $0.auditQueries.append(query) }
        let end = begin + query.limit
        return AuditPage(
            entries: Array(found.dropFirst(begin).prefix(query.limit)), more: end < found.count ? Int64(end) : nil)
    }
}
