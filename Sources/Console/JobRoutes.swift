import JSON
internal import HTTPTypes
internal import Hummingbird
internal import JobCore
internal import Store
internal import Logging
internal import Messaging

extension Console {
    /// `PUT /services/{service}/jobs/{job}`: creates a job (201) or replaces it (200).
    func putJob(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let key = try await access.key(of: request)
        let name = try jobName(context)
        try access.mayWrite(key, service: name.service)
        _ = try Query(request, knows: [])
        let job = try JobDocument.parse(try await jsonBody(request), name: name)
        let now = time.now()
        guard let put = try await store.put([job], now: now).first else { throw APIError.notFound("no such job") }
        await announce(name, isDeleted: false, now: now)
        logger.info("job put", metadata: ["job": "\(name)", "by": "\(key.name)", "new": "\(put.isNew)"])
        return JSONResponse.make(put.isNew ? .created : .ok, JobView(stored: put.stored, now: now))
    }

    /// `GET /services/{service}/jobs/{job}`
    func getJob(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let key = try await access.key(of: request)
        let name = try jobName(context)
        try access.mayRead(key, service: name.service)
        guard let stored = try await store.job(named: name) else { throw APIError.notFound("There is no job \(name).") }
        return JSONResponse.make(.ok, JobView(stored: stored, now: time.now()))
    }

    /// `DELETE /services/{service}/jobs/{job}`: the job runs no more; its history stays.
    func deleteJob(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let key = try await access.key(of: request)
        let name = try jobName(context)
        try access.mayWrite(key, service: name.service)
        let now = time.now()
        guard try await store.deleteJob(named: name, now: now) else {
            throw APIError.notFound("There is no job \(name).")
        }
        await announce(name, isDeleted: true, now: now)
        logger.info("job deleted", metadata: ["job": "\(name)", "by": "\(key.name)"])
        return Response(status: .noContent)
    }

    private struct JobList: Encodable {
        var count: Int
        var results: [JobView]
        var paging: Paging
    }

    /// `GET /jobs`, `GET /services/{service}/jobs`; `service_name`, `limit`, `more`.
    func listJobs(_ request: Request, service fixed: String? = nil) async throws -> Response {
        let key = try await access.key(of: request)
        let query = try Query(request, knows: Query.ofJobs)
        let service = fixed ?? query.service
        try access.mayRead(key, service: service)
        let limit = try query.limit(atMost: 1_000, default: 100)
        let after = try query.after()
        let found = try await store.jobs(service: service, after: after, limit: limit + 1)
        let page = found.prefix(limit)
        let more = found.count > limit ? page.last.map { Paging.token($0.job.name) } : nil
        let now = time.now()
        return JSONResponse.make(
            .ok,
            JobList(count: page.count, results: page.map { JobView(stored: $0, now: now) }, paging: Paging(more: more)))
    }

    // swift-format-ignore: AlwaysUseLowerCamelCase
    private struct RunAnswer: Encodable {
        var execution_id: ExecutionID
    }

    /// `POST /services/{service}/jobs/{job}/executions`: runs the job now, also a paused one; optional `payload`.
    func runJob(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let key = try await access.key(of: request)
        let name = try jobName(context)
        try access.mayWrite(key, service: name.service)
        guard try await store.job(named: name) != nil else { throw APIError.notFound("There is no job \(name).") }
        let run = RunRequested(
            executionID: .random(), jobName: name, requestedAt: time.now(), payload: try await runPayload(request))
        try await broker.publish([OutboundMessage(run)])
        logger.info(
            "run asked for",
            metadata: ["execution_id": "\(run.executionID)", "job": "\(name)", "by": "\(key.name)"])
        return JSONResponse.make(.accepted, RunAnswer(execution_id: run.executionID))
    }

    private func runPayload(_ request: Request) async throws -> String? {
        guard request.headers[.contentType] != nil else { return nil }
        let body = try await jsonBody(request)
        guard !body.isEmpty else { return nil }
        guard case .object(let fields) = try JSONValue.parse(body) else {
            throw InvalidDocument(
                [FieldError(field: "", code: .wrongType, message: "The body is not an object.")], isUnreadable: true)
        }
        var reader = DocumentReader(fields)
        let payload = reader.string("payload", bytesMax: Limits.payloadBytesMax)
        reader.refuseUnknownFields()
        guard reader.errors.isEmpty else { throw InvalidDocument(reader.errors) }
        return payload
    }

    /// Tells the event fork. The job is on record already, so a broker that is away is no reason to refuse.
    private func announce(_ name: JobName, isDeleted: Bool, now: Instant) async {
        do {
            try await broker.publish([OutboundMessage(JobChanged(jobName: name, isDeleted: isDeleted, changedAt: now))])
        } catch {
            logger.warning("could not announce a changed job", metadata: ["job": "\(name)", "error": "\(error)"])
        }
    }
}
