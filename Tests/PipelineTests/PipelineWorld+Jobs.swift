import JobCore
import Messaging
import MessagingTesting
import SQLiteStore
import Store
import StoreConformance

/// The part of consoled: it writes jobs, and publishes requests.
extension PipelineWorld {
    var author: ChangeAuthor { ChangeAuthor(name: "test") }

    @discardableResult
    func put(_ job: TrackedJob) async throws -> TrackedJob {
        var job = job
        let now = now
        job.since = now
        jobs.append(job)
        _ = try await record.put([job.job], by: author, now: now)
        return job
    }

    /// Replaces a job, and keeps the time after which occurrences belong to it.
    func change(_ index: Int, _ edit: (inout TrackedJob) -> Void) async throws {
        let (before, now) = (jobs[index], now)
        guard before.deletedAt == nil else { return }
        edit(&jobs[index])
        jobs[index].job.schedule = ScheduleKey(jobs[index].rhythm.expression)
        let isResumed = jobs[index].job.isEnabled && !before.job.isEnabled
        let isRescheduled = jobs[index].rhythm != before.rhythm
        if isResumed || isRescheduled { jobs[index].since = now }
        if isRescheduled || jobs[index].isLive != before.isLive { jobs[index].wasChanged = true }
        _ = try await record.put([jobs[index].job], by: author, now: now)
    }

    func delete(_ index: Int) async throws {
        guard jobs[index].deletedAt == nil else { return }
        jobs[index].deletedAt = now
        jobs[index].wasChanged = true
        _ = try await record.deleteJob(named: jobs[index].name, by: author, now: now)
    }

    /// Requests a run. Returns false while the broker is unavailable.
    @discardableResult
    func run(_ index: Int, retryOf: ExecutionID? = nil) async throws -> Bool {
        let name = jobs[index].name
        let id = ExecutionID(namespace: name.id.uuid, name: "run \(ledger.runs.count)")
        let message = OutboundMessage(
            RunRequested(executionID: id, jobName: name, requestedAt: now, payload: "now", retryOf: retryOf))
        guard (try? await broker.publish([message])) != nil else { return false }
        ledger.runs[id] = (name, retryOf)
        return true
    }

    /// Requests a test of a job that is put. Returns its id; nil while the broker is unavailable.
    func test(_ job: Job) async throws -> ExecutionID? {
        let id = ExecutionID(namespace: job.name.id.uuid, name: "test \(ledger.runs.count)")
        let message = OutboundMessage(
            RunRequested(executionID: id, jobName: job.name, requestedAt: now, test: job.forTest))
        guard (try? await broker.publish([message])) != nil else { return nil }
        ledger.runs[id] = (job.name, nil)
        return id
    }

    func cancel(_ id: ExecutionID) async throws {
        var message = OutboundMessage(ExecutionCancelled(executionID: id, cancelledAt: now))
        message.id = "\(id)/cancel/\(ledger.cancelled.count)"
        guard (try? await broker.publish([message])) != nil else { return }
        ledger.cancelled.insert(id)
    }

    /// All executions on record, in the order of their creation.
    func executions() async throws -> [Execution] {
        var all: [Execution] = []
        var query = ExecutionQuery(service: service, limit: 100)
        repeat {
            let page = try await record.executions(query)
            all += page.executions
            query.more = page.more
        } while query.more != nil
        // A search is in the order of the occurrences.
        let places = Dictionary(store.created.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
        return all.sorted { places[$0.id, default: .max] < places[$1.id, default: .max] }
    }

    /// Deletes all jobs and ends all pauses, so that a later world does not find them in the shared database.
    func deleteAllJobs() async throws {
        for index in jobs.indices { try await delete(index) }
        try await endAllPauses()
    }
}
