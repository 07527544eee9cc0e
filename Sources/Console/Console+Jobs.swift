import Hummingbird
import JobCore
import Logging
import Messaging
import StageKit
import Store

extension Console {
    /// `PUT /services/{service}/jobs/{job}`: creates a job (201) or replaces it (200). With `?verify=true` only if its
    /// target accepts a test delivery.
    func putJob(_ request: Request, _ context: KeyContext) async throws -> Response {
        let name = try context.jobName()
        var query = Query(request)
        let verifies = query.flag("verify")
        try query.finish()
        let body = try await request.jsonBody(bytesMax: JobDocument.bytesMax, context)
        let current = try await readableJob(named: name)
        var job = try JobDocument.parse(
            body, name: name, now: time.now(), current: current?.job.schedule, targets: targets)
        job.headers = try HiddenHeaders.restored(job, from: current?.job)
        if verifies {
            try await verify(job, context)
            // A test takes seconds: another change must not be undone, nor a hidden value that was replaced come back.
            guard try await readableJob(named: name)?.updatedAt == current?.updatedAt else {
                throw APIError(.conflict, "The job was changed while its target was tested. Put it again.")
            }
        }
        guard let put = try await store.put([job], now: time.now()).first else {
            throw StoreError.unusable("a job was put, and the store did not return it")
        }
        await publish(JobChanged(put: put.stored.fields))
        logger.info("job put", metadata: ["job": "\(name)", "by": "\(context.key.name)", "new": "\(put.isNew)"])
        return try .json(put.isNew ? .created : .ok, view(put.stored, put.stored.updatedAt, context))
    }

    /// `GET /services/{service}/jobs/{job}`
    func getJob(_ request: Request, _ context: KeyContext) async throws -> Response {
        let stored = try await job(named: try context.jobName())
        return try .json(.ok, view(stored, time.now(), context))
    }

    /// `DELETE /services/{service}/jobs/{job}`: the job no longer runs. Its history stays.
    func deleteJob(_ request: Request, _ context: KeyContext) async throws -> Response {
        let name = try context.jobName()
        let now = time.now()
        guard try await store.deleteJob(named: name, now: now) else { throw Self.noJob(name) }
        await publish(JobChanged(deleted: name, at: now))
        logger.info("job deleted", metadata: ["job": "\(name)", "by": "\(context.key.name)"])
        return Response(status: .noContent)
    }

    /// `GET /jobs`, `GET /services/{service}/jobs`: jobs in the order of their names.
    func listJobs(_ request: Request, _ context: KeyContext) async throws -> Response {
        var query = Query(request)
        let service = try context.pathNames().service ?? query.name("service_name")
        try context.require(.read, of: service)
        let limit = query.limit(max: 1_000, default: 100)
        let after = query.page("more", Paging.jobName)
        try query.finish()
        let page = try await store.jobs(service: service, after: after, limit: limit)
        let now = time.now()
        return try .json(
            .ok,
            ResultPage(
                results: page.jobs.map { view($0, now, context) },
                more: page.hasMore ? page.jobs.last.map { Paging.token(after: $0.job.name) } : nil))
    }

    private func view(_ stored: StoredJob, _ now: Instant, _ context: KeyContext) -> JobView {
        JobView(stored: stored, now: now, showsHeaders: context.key.scope == .admin)
    }

    /// The job of that name on record; nil if there is none that can be read: such a job is put as a new one.
    private func readableJob(named name: JobName) async throws(StoreError) -> StoredJob? {
        do throws(StoreError) {
            return try await store.job(named: name)
        } catch {
            guard case .unusable = error else { throw error }
            return nil
        }
    }

    /// The job of that name. Throws `not_found` if there is none, `unreadable_record` if it can't be read.
    func job(named name: JobName) async throws -> StoredJob {
        let found: StoredJob?
        do throws(StoreError) {
            found = try await store.job(named: name)
        } catch {
            guard case .unusable = error else { throw error }
            throw APIError(
                .unreadableRecord, "The job \(name) on record can't be read. PUT it again, or DELETE it.",
                details: ["error": "\(error)"])
        }
        guard let found else { throw Self.noJob(name) }
        return found
    }

    private static func noJob(_ name: JobName) -> APIError { APIError(.notFound, "There is no job \(name).") }

    /// Publishes `job.changed`. The change is committed already, so an unavailable broker is no reason to refuse it:
    /// then
    /// the event is published later.
    private func publish(_ change: JobChanged) async {
        do {
            try await publisher.call(OutboundMessage(change))
        } catch {
            let isKept = unpublished.add(change)
            logger.warning(
                isKept ? "job.changed waits for the broker" : "job.changed was not published",
                metadata: ["job": "\(change.jobName)", "error": "\(error)"])
        }
    }
}
