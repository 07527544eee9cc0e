import HTTPTypes
import JSON
import JobCore
import OpenAPI
import StageKit

extension APITopic {
    /// Jobs are put, shown, listed and deleted, one at a time or many at once.
    static let jobs = APITopic(
        "Jobs", "What runs, when and where.",
        operations: [
            list("Jobs", .get, "/jobs", "List jobs", []),
            list("Jobs", .post, "/jobs", "Search for jobs", []),
            list("ServiceJobs", .get, servicePath, "List the jobs of a service", [.service]),
            list("ServiceJobs", .post, servicePath, "Search for jobs of a service", [.service]),
            getJob, putJob, deleteJob, changeJobs,
        ],
        schemas: JobSchemas.all.merging(JobBatchSchemas.all) { own, _ in own })

    private static let servicePath = "/services/{service}/jobs"
    private static let path = "/services/{service}/jobs/{job}"
    private static let job = APIBody(.reference("Job"), examples: ["job": JobSchemas.shownExample])

    private static func list(
        _ subject: String, _ method: HTTPRequest.Method, _ path: String, _ summary: String, _ names: [APIParameter]
    ) -> APIOperation {
        SearchParameters.jobs.operation(
            subject, method, path, summary, names: names,
            answer: APIAnswer(200, "The jobs, ordered by name.", APIBody(.reference("JobList"))),
            example: .object(["job_name": .array([.string("a"), .string("b")]), "paused": .bool(false)]))
    }

    /// A job with its version, which changes at any time.
    private static func shown(_ status: Int, _ description: String) -> APIAnswer {
        APIAnswer(status, description, job, headers: [.entityTag, .cacheControl])
    }

    private static let getJob = APIOperation.keyed(
        "getJob", .get, path, "Show a job", parameters: [.service, .job] + APIParameter.preconditions,
        answers: [
            shown(200, "The job."),
            APIAnswer(304, "The client has this version of the job.", headers: [.entityTag, .cacheControl]),
        ],
        errors: [.unreadable, .forbidden, .notFound, .preconditionFailed, .invalid, .unreadableRecord])

    private static let putJob = APIOperation.keyed(
        "putJob", .put, path, "Create or replace a job",
        parameters: [
            .service, .job,
            .query(
                "verify", .boolean.with(default: .bool(false)),
                "True: the job is stored only if its target accepts a test delivery, which takes up to 22 seconds."),
        ] + APIParameter.preconditions,
        body: APIBody(.reference("JobInput"), examples: ["job": JobSchemas.example]),
        answers: [shown(200, "The job was replaced."), shown(201, "The job was created.")],
        errors: [.forbidden, .conflict, .preconditionFailed])

    private static let deleteJob = APIOperation.keyed(
        "deleteJob", .delete, path, "Delete a job; its history stays",
        parameters: [.service, .job] + APIParameter.preconditions,
        answers: [APIAnswer(204, "The job no longer runs.")],
        errors: [.unreadable, .forbidden, .notFound, .preconditionFailed, .invalid])

    private static let changeJobs = APIOperation.keyed(
        "changeJobs", .post, "/jobs:batch", "Put and delete jobs, all of them or none",
        body: APIBody(.reference("JobBatchInput"), examples: ["batch": JobBatchSchemas.example]),
        answers: [
            APIAnswer(
                200, "What was done.",
                APIBody(.reference("JobBatch"), examples: ["batch": JobBatchSchemas.answerExample]))
        ],
        errors: [.forbidden, .preconditionFailed])
}
