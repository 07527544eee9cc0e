import HTTPTypes
import Hummingbird
import JobCore
import Logging
import Messaging
import StageKit
import Store

extension Console {
    /// `PUT /services/{service}/jobs/{job}`: creates a job (201) or replaces it (200), if the preconditions of the
    /// request hold. With `?verify=true` only if its target accepts a test delivery.
    func putJob(_ request: Request, _ context: KeyContext) async throws -> Response {
        let name = try context.jobName()
        var query = Query(request)
        let verifies = query.flag("verify") ?? false
        try query.finish()
        let conditions = try RequestConditions(request.headers)
        let body = try await request.jsonBody(bytesMax: JobDocument.bytesMax, context)
        let current = try await readableJob(named: name)
        var job = try JobDocument.parse(
            body, name: name, now: time.now(), current: current?.job.schedule, targets: targets)
        if let current, conditions.failure(reading: current) != nil {
            throw Self.preconditionFailed(name, isAbsent: false)
        }
        if current == nil, conditions.needsJob { throw Self.preconditionFailed(name, isAbsent: true) }
        let headers = try HiddenHeaders.restored(job, from: current?.job)
        // A hidden value that was replaced meanwhile must not come back.
        let isBasedOnCurrent = verifies || headers != job.headers
        job.headers = headers
        var limit: RateLimit?
        if verifies { limit = try await verify(job, context) }
        let change = JobBatch.Put(
            job, if: conditions.preconditions + (isBasedOnCurrent ? [.unchanged(current?.etag)] : []))
        let put = try await make(change, context)
        await publish([JobChanged(put: put.stored.fields)])
        logger.info("job put", metadata: ["job": "\(name)", "by": "\(context.key.name)", "new": "\(put.isNew)"])
        // A job that was put as it is keeps the time of its last change.
        let now = max(time.now(), put.stored.updatedAt)
        var response = try await response(put.isNew ? .created : .ok, put.stored, now, context)
        limit?.add(to: &response.headers)
        return response
    }

    /// `GET /services/{service}/jobs/{job}`
    func getJob(_ request: Request, _ context: KeyContext) async throws -> Response {
        let conditions = try RequestConditions(request.headers)
        let stored = try await job(named: try context.jobName())
        switch conditions.failure(reading: stored) {
        case nil: return try await response(.ok, stored, time.now(), context)
        case .notModified: return Response(status: .notModified, headers: Self.headers(of: stored))
        case .preconditionFailed: throw Self.preconditionFailed(stored.job.name, isAbsent: false)
        }
    }

    /// `DELETE /services/{service}/jobs/{job}`: the job no longer runs. Its history stays.
    func deleteJob(_ request: Request, _ context: KeyContext) async throws -> Response {
        let name = try context.jobName()
        let conditions = try RequestConditions(request.headers)
        let batch = JobBatch(deletions: [JobBatch.Deletion(name, if: conditions.preconditions)])
        switch try await store.change(batch, by: context.author, now: time.now()) {
        // Without the precondition the answer would be 404, too, so that one holds (RFC 9110, section 13.2.1).
        case .refused(let failed) where failed.contains { $0.isAbsent }: throw Self.noJob(name)
        case .refused: throw Self.preconditionFailed(name, isAbsent: false)
        case .made(_, let deletions):
            guard let deletedAt = deletions.first?.deletedAt else { throw Self.noJob(name) }
            await publish([JobChanged(deleted: name, at: deletedAt)])
        }
        logger.info("job deleted", metadata: ["job": "\(name)", "by": "\(context.key.name)"])
        return Response(status: .noContent)
    }

    /// `GET` and `POST` of `/jobs` and `/services/{service}/jobs`: jobs in the order of their names.
    func listJobs(_ request: Request, _ context: KeyContext) async throws -> Response {
        var query = try await Query(search: request, context)
        var filter = try query.jobFilter(context)
        filter.owner = query.name("owner")
        filter.isEnabled = query.flag("enabled")
        let now = time.now()
        filter.pause = query.flag("paused").map { PauseCondition(isPaused: $0, at: now) }
        let search = JobQuery(
            filter, after: query.page("more", Paging.jobName), limit: query.limit(max: 1_000, default: 100))
        try query.finish()
        let page = try await store.jobs(search)
        let pauses = JobPauses(try await store.pauses(inForceAt: now))
        return try .json(
            .ok,
            ResultPage(
                results: page.jobs.map { view($0, now, pauses, context) }, more: page.more.map(Paging.token(after:))))
    }

    /// Puts one job. Throws `precondition_failed` if a precondition of the request does not hold, and `conflict` if the
    /// job was changed while the request was at work.
    private func make(_ put: JobBatch.Put, _ context: KeyContext) async throws -> PutJob {
        switch try await store.change(JobBatch(puts: [put]), by: context.author, now: time.now()) {
        case .made(let puts, _) where !puts.isEmpty: return puts[0]
        case .refused(let failed) where !failed.isEmpty:
            if case .unchanged = failed[0].precondition {
                throw APIError(.conflict, "The job was changed while this request was at work. Put it again.")
            }
            throw Self.preconditionFailed(failed[0].name, isAbsent: failed[0].isAbsent)
        default: throw StoreError.unusable("a job was put, and the store did not return it")
        }
    }

    private static func preconditionFailed(_ name: JobName, isAbsent: Bool) -> APIError {
        APIError(
            .preconditionFailed,
            isAbsent
                ? "There is no job \(name)."
                : "The job \(name) on record is not the version that the request is for. Read it again.")
    }

    private func response(
        _ status: HTTPResponse.Status, _ stored: StoredJob, _ now: Instant, _ context: KeyContext
    ) async throws -> Response {
        var response = try Response.json(status, try await view(of: stored, now, context))
        response.headers.append(contentsOf: Self.headers(of: stored))
        return response
    }

    /// The next occurrence, which is no part of the version, must not come from a cache.
    private static func headers(of stored: StoredJob) -> HTTPFields {
        [.eTag: "\"\(stored.etag)\"", .cacheControl: "no-store"]
    }

    private func view(of stored: StoredJob, _ now: Instant, _ context: KeyContext) async throws -> JobView {
        view(stored, now, JobPauses(try await store.pauses(inForceAt: now)), context)
    }

    private func view(_ stored: StoredJob, _ now: Instant, _ pauses: JobPauses, _ context: KeyContext) -> JobView {
        JobView(stored: stored, now: now, pauses: pauses, showsHeaders: context.key.scope == .admin)
    }

    /// The job of that name on record; nil if there is none that can be read: such a job is put as a new one.
    func readableJob(named name: JobName) async throws(StoreError) -> StoredJob? {
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

    /// Publishes `job.changed`, of all jobs at once. The changes are committed already, so an unavailable broker is no
    /// reason to refuse them: then the events are published later.
    func publish(_ changes: [JobChanged]) async {
        await withTaskGroup { group in
            for change in changes { group.addTask { await publish(change) } }
        }
    }

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
