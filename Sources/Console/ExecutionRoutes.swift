internal import HTTPTypes
internal import Hummingbird
internal import JobCore
internal import Store
internal import Logging
internal import Messaging

extension Console {
    private struct ExecutionList: Encodable {
        var count: Int
        var results: [ExecutionView]
        var paging: Paging
    }

    /// `GET /executions`, `/services/{service}/executions`, `/services/{service}/jobs/{job}/executions`, newest first.
    func listExecutions(_ request: Request, service: String?, job: String?) async throws -> Response {
        let key = try await access.key(of: request)
        let query = try Query(request, knows: Query.ofExecutions).executions(service: service, job: job)
        try access.mayRead(key, service: query.service)
        let page = try await store.executions(query)
        return JSONResponse.make(
            .ok,
            ExecutionList(
                count: page.executions.count,
                results: page.executions.map { ExecutionView(execution: $0, isWhole: false) },
                paging: Paging(more: page.more)))
    }

    /// `GET /executions/{id}`: the whole record with its timeline.
    func getExecution(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let key = try await access.key(of: request)
        let execution = try await execution(context)
        try access.mayRead(key, service: execution.jobName.service)
        return JSONResponse.make(.ok, ExecutionView(execution: execution, isWhole: true))
    }

    /// `POST /executions/{id}/cancel`: 202, or 409 when the execution is over.
    func cancelExecution(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let key = try await access.key(of: request)
        let execution = try await execution(context)
        try access.mayWrite(key, service: execution.jobName.service)
        guard !execution.state.status.isFinal else {
            throw APIError(status: .conflict, message: "The execution is over: \(execution.state.status.rawValue).")
        }
        try await broker.publish([
            OutboundMessage(ExecutionCancelled(executionID: execution.id, cancelledAt: time.now()))
        ])
        logger.info("cancel asked for", metadata: ["execution_id": "\(execution.id)", "by": "\(key.name)"])
        return Response(status: .accepted)
    }

    private func execution(_ context: BasicRequestContext) async throws -> Execution {
        guard let id = ExecutionID(text: context.parameters.get("id") ?? "") else {
            throw APIError.notFound("An execution's id is a UUID.")
        }
        guard let execution = try await store.execution(id) else {
            throw APIError.notFound("There is no execution \(id) on record.")
        }
        return execution
    }
}
