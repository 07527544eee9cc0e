import JobCore
import Store
import Synchronization

/// The dispatcher's store in memory: jobs, and the executions created so far.
final class MemoryDispatchStore: DispatchStore {
    struct Content {
        var jobs: [StoredJob] = []
        var executions: [ExecutionID: Execution] = [:]
        /// On record, and in a form that can't be read.
        var unreadable: Set<ExecutionID> = []
        var lastSuccess: LastSuccess?
        var pauses: [JobPause] = []
        /// The range of each question for pauses.
        var pauseQuestions: [ClosedRange<Instant>] = []
        var isUnavailable = false
        var secrets: [String: ServiceSecrets] = [:]
        /// The services of each question for secrets.
        var secretQuestions: [Set<String>] = []
        var areSecretsUnavailable = false
    }

    let content = Mutex(Content())

    init(_ jobs: [StoredJob]) {
        content.withLock { $0.jobs = jobs.sorted { JobRange.Key($0.job.name) < JobRange.Key($1.job.name) } }
    }

    func jobs(
        with schedule: ScheduleKey, in range: JobRange, limit: Int, bytesMax: Int
    ) async throws(StoreError) -> JobPage {
        var page = JobPage(jobs: [], bytes: 0, rest: nil)
        for stored in try open().jobs where stored.job.schedule == schedule && range.contains(stored.job.name) {
            let bytes = stored.job.payload?.utf8.count ?? 0
            if !page.jobs.isEmpty, page.jobs.count == limit || page.bytes + bytes > bytesMax {
                page.rest = JobRange(from: JobRange.Key(stored.job.name), to: range.to)
                break
            }
            page.jobs.append(stored)
            page.bytes += bytes
        }
        return page
    }

    func pauses(from first: Instant, through last: Instant) async throws(StoreError) -> [JobPause] {
        _ = try open()
        return content.withLock { content in
            content.pauseQuestions.append(first...last)
            return content.pauses.filter { $0.begunAt <= last && ($0.end.map { first < $0 } ?? true) }
        }
    }

    func job(named name: JobName) async throws(StoreError) -> StoredJob? {
        try open().jobs.first { $0.job.name == name }
    }

    func create(
        _ executions: [Execution], now: @escaping @Sendable () -> Instant
    ) async throws(StoreError) -> [RecordedExecution?] {
        _ = try open()
        return content.withLock { content in
            executions.map { execution in
                if content.unreadable.contains(execution.id) { return nil }
                let known = content.executions[execution.id]
                content.executions[execution.id] = known ?? execution
                return RecordedExecution(
                    execution: known ?? execution, isNew: known == nil, lastSuccess: content.lastSuccess)
            }
        }
    }

    func recorded(_ ids: [ExecutionID]) async throws(StoreError) -> [RecordedExecution] {
        let content = try open()
        return ids.compactMap { content.executions[$0] }.map {
            RecordedExecution(execution: $0, isNew: false, lastSuccess: content.lastSuccess)
        }
    }

    func validSecrets(of services: Set<String>, at instant: Instant) async throws(StoreError) -> [String:
        ServiceSecrets]
    {
        guard try !open().areSecretsUnavailable else { throw .unavailable("switched off") }
        return content.withLock { content in
            content.secretQuestions.append(services)
            return content.secrets.filter { services.contains($0.key) }
        }
    }

    private func open() throws(StoreError) -> Content {
        let content = content.withLock { $0 }
        guard !content.isUnavailable else { throw .unavailable("switched off") }
        return content
    }
}
