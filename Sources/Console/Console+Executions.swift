import Hummingbird
import JSON
import JobCore
import Logging
import Messaging
import StageKit
import Store

extension Console {
    /// `GET` and `POST` of `/executions`, `/services/{service}/executions` and
    /// `/services/{service}/jobs/{job}/executions`, newest first. A search that is posted may have its parameters in
    /// the body.
    func listExecutions(_ request: Request, _ context: KeyContext) async throws -> Response {
        var query = Query(request)
        if request.method == .post,
            let body = try await request.optionalJSONBody(bytesMax: Query.bodyBytesMax, context)
        {
            try query.add(body: body)
        }
        let names = try context.pathNames()
        let service = names.service ?? query.name("service_name")
        try context.require(.read, of: service)
        let job = names.job ?? query.name("job_name")
        let search = ExecutionQuery(
            service: service, job: job, status: query.choice("status"), reason: query.choice("reason"),
            since: query.instant("since"), until: query.instant("until"), correlationID: query.text("correlation_id"),
            limit: query.limit(max: 100, default: 100), more: query.page("more", Paging.position))
        try query.finish()
        let page = try await store.executions(search)
        return try .json(
            .ok,
            ResultPage(
                results: page.executions.map { ExecutionView(execution: $0, isDetailed: false) },
                more: page.more.map(Paging.token(after:))))
    }

    /// `GET /executions/{id}`: the whole record with its timeline.
    func getExecution(_ request: Request, _ context: KeyContext) async throws -> Response {
        let execution = try await execution(.read, context)
        return try .json(.ok, ExecutionView(execution: execution, isDetailed: true))
    }

    /// `POST /executions/{id}/cancel`: 202, or 409 if the execution is over.
    func cancelExecution(_ request: Request, _ context: KeyContext) async throws -> Response {
        let execution = try await execution(.write, context)
        guard !execution.state.status.isFinal else {
            throw APIError(.conflict, "The execution is over: \(execution.state.status.rawValue).")
        }
        try await publisher.call(
            OutboundMessage(ExecutionCancelled(executionID: execution.id, cancelledAt: time.now())))
        logger.info(
            "cancel requested", metadata: ["execution_id": "\(execution.id)", "by": "\(context.key.name)"])
        return Response(status: .accepted)
    }

    private struct RunAnswer: Encodable {
        var executionID: ExecutionID

        private enum CodingKeys: String, CodingKey { case executionID = "execution_id" }
    }

    /// `POST /services/{service}/jobs/{job}/run`: runs the job now, also a paused one; optional `payload`.
    func runJob(_ request: Request, _ context: KeyContext) async throws -> Response {
        let name = try context.jobName()
        _ = try await job(named: name)
        let run = RunRequested(
            executionID: .random(), jobName: name, requestedAt: time.now(),
            payload: try await Self.runPayload(request, context))
        try await publisher.call(OutboundMessage(run))
        logger.info(
            "run requested",
            metadata: ["execution_id": "\(run.executionID)", "job": "\(name)", "by": "\(context.key.name)"])
        return try .json(.accepted, RunAnswer(executionID: run.executionID))
    }

    /// The execution that the path names. Throws `not_found` without one that the key may see, so that a key learns
    /// nothing about the executions of others; `unreadable_record` if it can't be read, and `forbidden` if the key does
    /// not allow this access.
    private func execution(_ access: Access, _ context: KeyContext) async throws -> Execution {
        let id = context.parameters.get("id") ?? ""
        var absent = APIError(.notFound, "There is no execution “\(id.prefix(64))”. An id is a UUID.")
        let found: Execution?
        do throws(StoreError) {
            found = if let id = ExecutionID(text: id) { try await store.execution(id) } else { nil }
        } catch {
            guard case .unusable = error else { throw error }
            absent.details["error"] = "\(error)"
            // It can't be told whose it is.
            guard context.maySee(nil) else { throw absent }
            throw APIError(.unreadableRecord, "The execution on record can't be read.", details: absent.details)
        }
        guard let execution = found, context.maySee(execution.jobName.service) else { throw absent }
        try context.require(access, of: execution.jobName.service)
        return execution
    }

    /// The payload in place of the job's own. A request without a body has none.
    private static func runPayload(_ request: Request, _ context: KeyContext) async throws -> String? {
        guard let body = try await request.optionalJSONBody(bytesMax: JobDocument.bytesMax, context) else { return nil }
        guard case .object(let fields) = try JSONValue.parse(body, limits: JobDocument.limits) else {
            throw InvalidDocument.notAnObject
        }
        var reader = DocumentReader(fields)
        let payload = reader.string("payload", bytesMax: Limits.payloadBytesMax)
        reader.refuseUnknownFields()
        guard reader.errors.isEmpty else { throw InvalidDocument(reader.errors) }
        return payload
    }
}
