import JSON
import JobCore
import OpenAPI

/// The webhook as a service gets it.
///
/// courierd writes it. `DescriptionTests` validates what a service has got.
enum WebhookSchemas {
    static let all: [String: JSONSchema] = [
        "Invocation": .object(fields, isOpen: true).described("A run of a job begins."),
        "Trigger": .choice(of: Trigger.self),
        "LastSuccess": .object(lastSuccess, isOpen: true).described(
            "The last success of an exclusive job; empty before the first one, and for other jobs."),
    ]

    static let headers: [APIParameter] = [
        .header("webhook-id", .uuid, "The id of the execution, the same on every attempt.", isRequired: true),
        .header("webhook-timestamp", .integer(), "Seconds since 1970 when it was signed.", isRequired: true),
        .header(
            "webhook-signature", .string(),
            "Standard Webhooks 1.0.0: one `v1,…` for each valid secret, with blanks between.", isRequired: true),
        .header("traceparent", .string(), "W3C Trace Context.", isRequired: true),
    ]

    private static let milliseconds: JSONSchema = .integer(nil, format: "int64")

    private static let fields: [JSONSchema.Field] = [
        .required("callback_url", .string(format: "uri"), "Where callbacks go; its last part is the token."),
        .required("heartbeat_interval_seconds", .integer(), "How often a callback is expected."),
        .required("invocation_latency_ms", milliseconds, "The time since the occurrence."),
        .required("invocation_latency_pct", .number, "The same as a percentage of the ttl."),
        .required("service_name", .string()),
        .required("job_name", .string()),
        .required("execution_id", .uuid),
        .required("attempt", .integer(), "1 for the first attempt."),
        .required("retry_of", JSONSchema.uuid.orNull),
        .required("last_successful_execution", .reference("LastSuccess")),
        .required("payload", JSONSchema.string().orNull),
        .required("schedule", .string()),
        .required("scheduled_time", .time, "The occurrence."),
        .required("scheduled_time_ms", milliseconds),
        .required("ttl_seconds", .integer(1...Limits.ttlSecondsMax)),
        .required("trigger", .reference("Trigger"), "Why the execution exists."),
        .optional("test", .constant(true), "There in a test: answer 2xx, and run nothing."),
    ]

    private static let lastSuccess: [JSONSchema.Field] = [
        .optional("name", .uuid, "The id of that execution."),
        .optional("scheduled_time", .time),
        .optional("scheduled_time_ms", milliseconds),
        .optional("service_invoked_at_ms", milliseconds.orNull),
        .optional("state", JSONSchema.string().orNull),
        .optional("status", .constant(ExecutionStatus.success.rawValue)),
        .optional("summary", JSONSchema.string().orNull),
    ]

    static let example: JSONValue = .object([
        "callback_url": .string("https://belfry.example.com/callback/v1.main.UpyAWkcmS3CABlYd.KhM9ZsiT3fHnLfZb"),
        "heartbeat_interval_seconds": .integer(48), "invocation_latency_ms": .integer(21),
        "invocation_latency_pct": .number(0.1), "service_name": .string("billing"),
        "job_name": .string("send-invoices"), "execution_id": .string("4a01965e-53f8-5e10-91d0-3f4a7e34dd21"),
        "attempt": .integer(1), "retry_of": .null, "last_successful_execution": .object([:]),
        "payload": .string("{\"batch\": 500}"), "schedule": .string("cron(0 8 ? * MON-FRI *)"),
        "scheduled_time": .string("2026-11-30T07:00:00Z"), "scheduled_time_ms": .integer(1_796_022_000_000),
        "ttl_seconds": .integer(1_800), "trigger": .string(Trigger.schedule.rawValue),
    ])
}
