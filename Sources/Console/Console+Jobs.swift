import Hummingbird
import JobCore
import Logging
import Messaging
import StageKit
import Store

extension Console {
    /// `PUT /services/{service}/jobs/{job}`: creates a job (201) or replaces it (200).
    func putJob(_ request: Request, _ context: KeyContext) async throws -> Response {
        let name = try context.jobName()
        try Query(request).finish()
        let job = try JobDocument.parse(try await request.jsonBody(bytesMax: JobDocument.bytesMax), name: name)
        guard let put = try await store.put([job], now: time.now()).first else {
            throw StoreError.unusable("a job was put, and the store did not return it")
        }
        let now = put.stored.updatedAt
        await publishChange(of: name, isDeleted: false, now: now)
        logger.info("job put", metadata: ["job": "\(name)", "by": "\(context.key.name)", "new": "\(put.isNew)"])
        return try .json(put.isNew ? .created : .ok, JobView(stored: put.stored, now: now))
    }

    /// `GET /services/{service}/jobs/{job}`
    func getJob(_ request: Request, _ context: KeyContext) async throws -> Response {
        let stored = try await job(named: try context.jobName())
        return try .json(.ok, JobView(stored: stored, now: time.now()))
    }

    /// `DELETE /services/{service}/jobs/{job}`: the job no longer runs. Its history stays.
    func deleteJob(_ request: Request, _ context: KeyContext) async throws -> Response {
        let name = try context.jobName()
        let now = time.now()
        guard try await store.deleteJob(named: name, now: now) else { throw Self.noJob(name) }
        await publishChange(of: name, isDeleted: true, now: now)
        logger.info("job deleted", metadata: ["job": "\(name)", "by": "\(context.key.name)"])
        return Response(status: .noContent)
    }

    /// `GET /jobs`, `GET /services/{service}/jobs`: jobs in the order of their names.
    func listJobs(_ request: Request, _ context: KeyContext) async throws -> Response {
        var query = Query(request)
        let service = context.parameters.get("service") ?? query.text("service_name")
        try context.require(.read, of: service)
        let limit = query.limit(max: 1_000, default: 100)
        let after = query.jobName("more")
        try query.finish()
        // One job more than asked for shows whether there is another page.
        let found = try await store.jobs(service: service, after: after, limit: limit + 1)
        let page = found.prefix(limit)
        let now = time.now()
        return try .json(
            .ok,
            ResultPage(
                results: page.map { JobView(stored: $0, now: now) },
                more: found.count > limit ? page.last.map { Paging.token(after: $0.job.name) } : nil))
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

    /// Publishes `job.changed`. The change is committed already, so an unavailable broker is no reason to refuse it.
    private func publishChange(of name: JobName, isDeleted: Bool, now: Instant) async {
        do {
            try await publisher.call(
                OutboundMessage(JobChanged(jobName: name, isDeleted: isDeleted, changedAt: now)))
        } catch {
            logger.warning("job.changed was not published", metadata: ["job": "\(name)", "error": "\(error)"])
        }
    }
}
