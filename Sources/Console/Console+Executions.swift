import Hummingbird
import JSON
import JobCore
import Logging
import Messaging
import StageKit
import Store

extension Console {
    /// `GET` and `POST` of `/executions`, `/services/{service}/executions` and
    /// `/services/{service}/jobs/{job}/executions`, the latest occurrence first.
    func listExecutions(_ request: Request, _ context: KeyContext) async throws -> Response {
        var query = try await Query(search: request, context)
        let search = ExecutionQuery(
            jobs: try query.jobFilter(context), status: query.choice("status"), reason: query.choice("reason"),
            trigger: query.choice("trigger"), since: query.instant("since"), until: query.instant("until"),
            correlationID: query.text("correlation_id"),
            retryOf: query.value("retry_of", hint: "Give the id of an execution.", ExecutionID.init(text:)),
            limit: query.limit(max: 100, default: 100), more: query.page("more", Paging.executionPosition))
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
        return try .json(
            .ok, ExecutionView(execution: execution, isDetailed: true, retriedAt: try await retriedAt(execution)))
    }

    /// When the retry of an execution was created; nil without one that is still on record and can be read.
    private func retriedAt(_ execution: Execution) async throws(StoreError) -> Instant? {
        guard let id = execution.retriedBy else { return nil }
        do {
            return try await store.execution(id)?.createdAt
        } catch {
            guard case .unusable = error else { throw error }
            return nil
        }
    }

    /// `POST /executions/{id}/cancel`: 202, or 409 if the execution is over.
    func cancelExecution(_ request: Request, _ context: KeyContext) async throws -> Response {
        let execution = try await execution(.write, context)
        guard !execution.state.status.isFinal else {
            throw APIError(.conflict, "The execution is over: \(execution.state.status.rawValue).")
        }
        try await record(
            .cancelRequested, context, service: execution.jobName.service, job: execution.jobName.job,
            subject: "\(execution.id)")
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
        try await record(
            .runRequested, context, service: name.service, job: name.job, subject: "\(run.executionID)",
            after: run.payload.map { .object(["payload": .string(AuditedJob.cut(payload: $0))]) })
        try await publisher.call(OutboundMessage(run))
        logger.info(
            "run requested",
            metadata: ["execution_id": "\(run.executionID)", "job": "\(name)", "by": "\(context.key.name)"])
        return try .json(.accepted, RunAnswer(executionID: run.executionID))
    }

    private struct RetryAnswer: Encodable {
        var executionID: ExecutionID
        var retryOf: ExecutionID

        private enum CodingKeys: String, CodingKey {
            case executionID = "execution_id"
            case retryOf = "retry_of"
        }
    }

    /// `POST /executions/{id}/retry`: runs the job of an execution again, now, also a paused one: 202, or 409 if the
    /// execution is open, is a test, or its job was deleted. It has the payload of the request, else that of the
    /// execution, else the job's.
    func retryExecution(_ request: Request, _ context: KeyContext) async throws -> Response {
        let earlier = try await execution(.write, context)
        guard earlier.state.status.isFinal else {
            throw APIError(
                .conflict,
                "The execution is not over: \(earlier.state.status.rawValue). Wait for its end, or cancel it.")
        }
        guard earlier.trigger != .test else {
            throw APIError(.conflict, "A test delivery can't be retried. PUT the job with ?verify=true.")
        }
        let given = try await Self.runPayload(request, context)
        do {
            _ = try await job(named: earlier.jobName)
        } catch let error as APIError where error.code == .notFound {
            throw APIError(.conflict, "There is no job \(earlier.jobName) any more, so it can't run again.")
        }
        let run = RunRequested(
            executionID: .random(), jobName: earlier.jobName, requestedAt: time.now(),
            payload: given ?? earlier.payload, retryOf: earlier.id)
        try await record(
            .retryRequested, context, service: earlier.jobName.service, job: earlier.jobName.job,
            subject: "\(earlier.id)",
            after: .object([
                "execution_id": .string("\(run.executionID)"),
                "payload": given.map { .string(AuditedJob.cut(payload: $0)) } ?? .null,
            ]))
        try await publisher.call(OutboundMessage(run))
        logger.info(
            "retry requested",
            metadata: [
                "execution_id": "\(run.executionID)", "retry_of": "\(earlier.id)", "job": "\(earlier.jobName)",
                "by": "\(context.key.name)",
            ])
        return try .json(.accepted, RetryAnswer(executionID: run.executionID, retryOf: earlier.id))
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

    /// The fields of a body that must be an object.
    static func fields(of body: [UInt8]) throws(InvalidDocument) -> [String: JSONValue] {
        guard case .object(let fields) = try JSONValue.parse(body, limits: JobDocument.limits) else {
            throw .notAnObject
        }
        return fields
    }

    /// The payload in place of the job's own. A request without a body has none.
    private static func runPayload(_ request: Request, _ context: KeyContext) async throws -> String? {
        guard let body = try await request.optionalJSONBody(bytesMax: JobDocument.bytesMax, context) else { return nil }
        var reader = DocumentReader(try fields(of: body))
        let payload = reader.string("payload", bytesMax: Limits.payloadBytesMax)
        reader.refuseUnknownFields()
        guard reader.errors.isEmpty else { throw InvalidDocument(reader.errors) }
        return payload
    }
}
