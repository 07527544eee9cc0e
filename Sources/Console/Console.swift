internal import FoundationEssentials
internal import HTTPTypes
public import Hummingbird
public import JobCore
public import Store
public import Logging
public import Messaging

/// The admin API. It writes jobs, its own record; everything about executions it only asks for, by message.
public struct Console: Sendable {
    let store: any ConsoleStore
    let broker: any MessageBroker
    let time: any TimeSource
    let logger: Logger
    let access: Access

    public init(store: any ConsoleStore, broker: any MessageBroker, time: any TimeSource, logger: Logger) {
        self.store = store
        self.broker = broker
        self.time = time
        self.logger = logger
        access = Access(store: store)
    }

    public func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: ErrorShape(logger: logger))
        let job = "services/{service}/jobs/{job}"
        router.put(RouterPath(job)) { request, context in try await putJob(request, context) }
        router.get(RouterPath(job)) { request, context in try await getJob(request, context) }
        router.delete(RouterPath(job)) { request, context in try await deleteJob(request, context) }
        router.get("jobs") { request, _ in try await listJobs(request) }
        router.get("services/{service}/jobs") { request, context in
            try await listJobs(request, service: context.parameters.get("service"))
        }
        router.post(RouterPath(job + "/executions")) { request, context in try await runJob(request, context) }
        router.get(RouterPath(job + "/executions")) { request, context in
            let name = try jobName(context)
            return try await listExecutions(request, service: name.service, job: name.job)
        }
        router.get("services/{service}/executions") { request, context in
            try await listExecutions(request, service: context.parameters.get("service"), job: nil)
        }
        router.get("executions") { request, _ in try await listExecutions(request, service: nil, job: nil) }
        router.get("executions/{id}") { request, context in try await getExecution(request, context) }
        router.post("executions/{id}/cancel") { request, context in try await cancelExecution(request, context) }
        return router
    }

    func jobName(_ context: BasicRequestContext) throws -> JobName {
        let name = JobName(service: context.parameters.get("service") ?? "", job: context.parameters.get("job") ?? "")
        for (field, text) in [("/service_name", name.service), ("/job_name", name.job)] {
            if let fault = JobName.fault(in: text) {
                throw InvalidDocument([FieldError(field: field, code: .invalid, message: fault)])
            }
        }
        return name
    }

    /// The body of a request that must be JSON.
    func jsonBody(_ request: Request) async throws -> [UInt8] {
        let mediaType = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased()
        guard mediaType == "application/json" else {
            throw APIError(status: .unsupportedMediaType, message: "Send Content-Type: application/json.")
        }
        do {
            return Array(try await request.body.collect(upTo: JobDocument.bytesMax).readableBytesView)
        } catch {
            throw APIError(status: .contentTooLarge, message: "The body has more than \(JobDocument.bytesMax) bytes.")
        }
    }
}

/// Gives every error the API's shape, and logs those that are ours.
private struct ErrorShape: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request, context: BasicRequestContext,
        next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let response = APIError.response(to: error)
            if response.status.code >= 500 {
                logger.warning(
                    "a request failed",
                    metadata: ["path": "\(request.uri.path)", "status": "\(response.status.code)", "error": "\(error)"])
            }
            return response
        }
    }
}
