import HTTPTypes
import JSON
import JobCore
import OpenAPI
import StageKit

extension APITopic {
    /// Runs are requested and cancelled, and their records are shown.
    static let executions = APITopic(
        "Executions", "Runs of jobs, and what is on record about them.",
        operations: [
            runJob, getExecution, cancelExecution, retryExecution,
            list("Executions", "/executions", "List executions", [], .get),
            list("Executions", "/executions", "Search for executions", [], .post),
            list("ServiceExecutions", servicePath, "List the executions of a service", [.service], .get),
            list("ServiceExecutions", servicePath, "Search for executions of a service", [.service], .post),
            list("JobExecutions", jobPath, "List the executions of a job", [.service, .job], .get),
            list("JobExecutions", jobPath, "Search for executions of a job", [.service, .job], .post),
        ],
        schemas: ExecutionSchemas.all)

    private static let servicePath = "/services/{service}/executions"
    private static let jobPath = "/services/{service}/jobs/{job}/executions"

    private static let runInput = APIBody(
        .reference("RunInput"), examples: ["payload": .object(["payload": .string("{\"batch\": 20}")])],
        isRequired: false)

    private static let runJob = APIOperation.keyed(
        "runJob", .post, "/services/{service}/jobs/{job}/run", "Run a job now", parameters: [.service, .job],
        body: runInput,
        answers: [APIAnswer(202, "The run is on record a moment later.", APIBody(.reference("Run")))],
        errors: [.forbidden, .notFound, .unreadableRecord])

    private static let getExecution = APIOperation.keyed(
        "getExecution", .get, "/executions/{id}", "Show an execution with its timeline", parameters: [.execution],
        answers: [APIAnswer(200, "The execution.", APIBody(.reference("Execution")))],
        errors: [.notFound, .unreadableRecord])

    private static let cancelExecution = APIOperation.keyed(
        "cancelExecution", .post, "/executions/{id}/cancel", "Cancel an execution", parameters: [.execution],
        answers: [APIAnswer(202, "It ends a moment later.")],
        errors: [.forbidden, .notFound, .conflict, .unreadableRecord])

    private static let retryExecution = APIOperation.keyed(
        "retryExecution", .post, "/executions/{id}/retry", "Run the job of an execution again",
        parameters: [.execution], body: runInput,
        answers: [APIAnswer(202, "The retry is on record a moment later.", APIBody(.reference("RetryRun")))],
        errors: [.forbidden, .notFound, .conflict, .unreadableRecord])

    private static func list(
        _ subject: String, _ path: String, _ summary: String, _ names: [APIParameter], _ method: HTTPRequest.Method
    ) -> APIOperation {
        SearchParameters.executions.operation(
            subject, method, path, summary, names: names,
            answer: APIAnswer(200, "The executions, newest first.", APIBody(.reference("ExecutionList"))),
            example: .object(["status": .string("fail"), "limit": .integer(20)]))
    }
}
