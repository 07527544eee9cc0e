import HTTPTypes
import JSON
import JobCore
import OpenAPI
import StageKit
import Store

/// The parameters of the searches for jobs or for executions, which may be in the query or in a body.
struct SearchParameters {
    struct Field {
        var name: String
        var text: String
        var query: JSONSchema
        var body: JSONSchema
    }

    private var fields: [Field]

    static let jobs = SearchParameters(
        fields: named + [
            text("owner", "Only jobs of this owner.", .name),
            value("enabled", "Only jobs that are enabled, or only those that are not.", .boolean),
            value("paused", "Only jobs for which a pause is in force, or only the others.", .boolean),
        ] + page(limitMax: 1_000))

    static let executions = SearchParameters(
        fields: named + [
            value("status", "Only executions with this status.", .reference("ExecutionStatus")),
            value("reason", "Only executions that failed for this reason.", .reference("FailureReason")),
            value("trigger", "Only executions that exist for this reason.", .reference("Trigger")),
            value("since", "Only occurrences at or after this time.", .instant),
            value("until", "Only occurrences before this time.", .instant),
            text("correlation_id", "As the service gave it in its last callback.", .string()),
            value("retry_of", "Only retries of this execution.", .uuid),
        ] + page(limitMax: 100))

    private static let named: [Field] = [
        list("service_name", "The service, or several.", .name, orNumber: true),
        list(
            "job_name", "The job, or several. Lists of services and of jobs go together place by place.", .name,
            orNumber: true),
        list("job_guid", "The job's guid, or several.", .uuid, orNumber: false),
        text("tag", "Only jobs that have this tag now, or their executions.", .string()),
    ]

    private static func page(limitMax: Int64) -> [Field] {
        [
            value(
                "limit", "The most results on the page.",
                JSONSchema.integer(1...limitMax).with(default: .integer(100))),
            text("more", "`paging.more` of the page before.", .string(lengthMin: 1)),
        ]
    }

    /// A body may have whole numbers wherever a query has digits.
    private static let number = JSONSchema.integer(nil, format: "int64")

    private static func text(_ name: String, _ text: String, _ schema: JSONSchema) -> Field {
        Field(name: name, text: text, query: schema, body: .any(of: [schema, number]))
    }

    private static func value(_ name: String, _ text: String, _ schema: JSONSchema) -> Field {
        Field(name: name, text: text, query: schema, body: schema)
    }

    private static func list(_ name: String, _ text: String, _ schema: JSONSchema, orNumber: Bool) -> Field {
        let several = JSONSchema.list(of: schema, countMin: 1, countMax: JobFilter.namesMax)
        return Field(
            name: name, text: text + " In the query commas may stand between them, too.",
            query: .list(of: schema, countMax: JobFilter.namesMax),
            body: .any(of: [schema] + (orNumber ? [number] : []) + [several]))
    }

    /// The parameters that a path does not give.
    private func besides(_ names: [APIParameter]) -> [Field] {
        let given = names.map { "\($0.name)_name" }
        return fields.filter { !given.contains($0.name) }
    }

    /// The body of a search below a path with these names.
    func body(besides names: [APIParameter] = []) -> JSONSchema {
        .object(besides(names).map { .optional($0.name, $0.body.orNull, $0.text) })
            .described("The parameters of a search. They may also be in the query, each in one place.")
    }

    /// A list of results by `GET`, or a search for them by `POST`. The body of a search is the schema `SubjectSearch`.
    func operation(
        _ subject: String, _ method: HTTPRequest.Method, _ path: String, _ summary: String,
        names: [APIParameter] = [], answer: APIAnswer, example: JSONValue
    ) -> APIOperation {
        let isSearch = method == .post
        return .keyed(
            (isSearch ? "search" : "list") + subject, method, path, summary,
            // A search may have them in its query, too, but a client that sends defaults there would give them twice.
            parameters: names + (isSearch ? [] : besides(names).map { .query($0.name, $0.query, $0.text) }),
            body: isSearch
                ? APIBody(.reference("\(subject)Search"), examples: ["search": example], isRequired: false) : nil,
            answers: [answer] + (isSearch ? [] : [Self.tooLong]), errors: [.forbidden, .invalid])
    }

    /// The HTTP server itself refuses a long head, before there is a request.
    private static let tooLong = APIAnswer.withoutRequest(
        400, "The URL is longer than 8 KiB: send the parameters in the body of the `POST`.")
}
