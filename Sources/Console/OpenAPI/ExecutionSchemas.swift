import JSON
import JobCore
import OpenAPI

/// The JSON of an execution.
enum ExecutionSchemas {
    static let all: [String: JSONSchema] = [
        "RunInput": .object([
            .optional(
                "payload", .string(lengthMax: Limits.payloadBytesMax).orNull, "In place of the job's payload, once.")
        ]),
        "FailureReason": .choice(of: FailureReason.self),
        "Trigger": .choice(of: Trigger.self),
        "Run": .object([.required("execution_id", .uuid)], isOpen: true),
        "RetryRun": .object([.required("execution_id", .uuid), .required("retry_of", .uuid)], isOpen: true),
        "ExecutionsSearch": SearchParameters.executions.body(),
        "ServiceExecutionsSearch": SearchParameters.executions.body(besides: [.service]),
        "JobExecutionsSearch": SearchParameters.executions.body(besides: [.service, .job]),
        "ExecutionSummary": .object(summary, isOpen: true).described("An execution in a list."),
        "Execution": .object(summary + details, isOpen: true).described("An execution with its timeline."),
        "TimelineEntry": timelineEntry,
        "ExecutionList": .page(of: "ExecutionSummary"),
    ]

    private static let summary: [JSONSchema.Field] = [
        .required("execution_id", .uuid),
        .required("service_name", .name),
        .required("job_name", .name),
        .required("job_guid", .uuid),
        .required("trigger", .reference("Trigger"), "Why the execution exists."),
        .required("schedule", .string(), "The expression that the job had then."),
        .required("scheduled_time", .time, "The occurrence."),
        .required("scheduled_time_ms", .milliseconds),
        .required("status", .reference("ExecutionStatus")),
        .required("reason", JSONSchema.reference("FailureReason").orNull, "Why it failed."),
        .required("buffered", .boolean, "True while it waits for the end of another run of its exclusive job."),
        .required("progress", JSONSchema.integer(0...100).orNull, "That of the last heartbeat."),
        .required("service_invoked_at_ms", JSONSchema.milliseconds.orNull),
        .required("finished_at_ms", JSONSchema.milliseconds.orNull),
        .required("correlation_id", JSONSchema.string().orNull),
        .required("summary", JSONSchema.string().orNull),
        .required("error", JSONSchema.string().orNull),
        .required("retry_of", JSONSchema.uuid.orNull),
        .required("retried_by", JSONSchema.uuid.orNull),
    ]

    private static let details: [JSONSchema.Field] = [
        .required("state", JSONSchema.string().orNull, "For the next run of an exclusive job."),
        .required("payload", JSONSchema.string().orNull, "What this run got in place of the job's payload."),
        .required("ttl_seconds", .integer()),
        .required("heartbeat_interval_seconds", .integer()),
        .required("deadline_ms", JSONSchema.milliseconds.orNull, "When it fails if nothing happens before."),
        .required("timeline", .list(of: .reference("TimelineEntry"))),
    ]

    private static let events: [String] =
        ["created", "attempt", "deferred", "first heartbeat", "latest heartbeat", "retried"]
        + ExecutionStatus.allCases.filter(\.isFinal).map(\.rawValue)

    private static let timelineEntry: JSONSchema = .object(
        [
            .required("at", .time),
            .required("event", .choice(events)),
            .optional("attempt", .integer(), "The number of the attempt that was made or is waited for, from 1."),
            .optional("status_code", .integer(), "The status of the answer, if there was one."),
            .optional("latency_ms", .integer(nil, format: "int64")),
            .optional("until", .time, "When the attempt is due that is waited for."),
            .optional("detail", .string()),
        ], isOpen: true
    ).described("One event in the history of an execution.")
}
