import JSON
import JobCore
import OpenAPI

/// The JSON of a job that is put, and of one that is shown.
///
/// `JobBoundsTests` hold the bounds against `JobDocument`, which checks them.
enum JobSchemas {
    static let all: [String: JSONSchema] = [
        "JobInput": .object(input).described("A job that is put. Fields that are null count as left out."),
        "Job": .object(shown, isOpen: true).described("A job, with all defaults filled in."),
        "InvocationType": .choice(of: InvocationTarget.Kind.self),
        "MisfirePolicy": .choice(of: MisfirePolicy.self),
        "Retry": retry,
        "RetryInput": retryInput.described("How often a delivery is tried."),
        "JobsSearch": SearchParameters.jobs.body(),
        "ServiceJobsSearch": SearchParameters.jobs.body(besides: [.service]),
        "OverlapPolicy": .choice(of: OverlapPolicy.self),
        "JobList": .page(of: "Job"),
        "Paging": .paging,
    ]

    private static let retry: JSONSchema = .object(
        [
            .required("max_attempts", .integer(), "Attempts in all, the first one included."),
            .required("backoff_seconds", .list(of: .integer()), "The waits between them; the last one repeats."),
        ], isOpen: true
    ).described("How often a delivery is tried.")

    private static let retryInput: JSONSchema = .object([
        .optional("max_attempts", .integer(1...Int64(RetryPolicy.attemptsMax)).orNull),
        .optional(
            "backoff_seconds",
            .list(of: .integer(1...Limits.retryWaitSecondsMax), countMin: 1, countMax: RetryPolicy.attemptsMax).orNull),
    ])

    private static let tags: JSONSchema = .list(of: .tag, countMax: 20)

    private static let headers: JSONSchema = .map(to: .string(lengthMax: 4_096).orNull, countMax: 32)

    /// The fields that must be there.
    private static let requiredInput: [JSONSchema.Field] = [
        .required("async", .constant(true), "Only asynchronous jobs are supported."),
        .required("enabled", .boolean, "False disables the job: it has no executions."),
        .required("exclusive", .boolean, "True: one open execution at a time."),
        .required("invocation_type", .reference("InvocationType")),
        .required(
            "invocation_target", .string(lengthMax: 2_048),
            "An absolute URL, `exchange/routing_key` or `queue:NAME` on RabbitMQ, or the URL of a queue on SQS."),
        .required(
            "schedule", .string(lengthMax: 256),
            "`rate(5 minutes)`, `cron(0 8 * * ? *)` or `at(2030-01-31T08:00:00)`."),
        .required("ttl_seconds", .integer(1...Limits.ttlSecondsMax), "How long a run may take."),
    ]

    /// Also of a job in a batch.
    static let input: [JSONSchema.Field] =
        requiredInput + [
            .optional("payload", .string(lengthMax: Limits.payloadBytesMax).orNull, "The service gets it unchanged."),
            .optional("time_zone", .string(lengthMax: 64).orNull, "A name of the IANA database; UTC without it."),
            .optional("dst", JSONSchema.dst.orNull, "What a cron schedule does when the clocks change."),
            .optional("heartbeat_interval_seconds", .integer(1...86_400).orNull),
            .optional("retry", JSONSchema.reference("RetryInput").orNull),
            .optional("timeout_seconds", .integer(1...120).orNull, "How long one attempt may take."),
            .optional("headers", headers.orNull, "Added to the invocation."),
            .optional(
                "misfire", JSONSchema.reference("MisfirePolicy").orNull,
                "Which occurrences run that are more than 60 s late."),
            .optional("misfire_max_age_seconds", .integer(1...31_536_000).orNull),
            .optional("start_at", JSONSchema.time.orNull, "Earlier occurrences are skipped."),
            .optional("end_at", JSONSchema.time.orNull, "Occurrences from then on are skipped."),
            .optional("tags", tags.orNull),
            .optional("description", .string(lengthMax: 1_024).orNull),
            .optional("overlap", JSONSchema.reference("OverlapPolicy").orNull, "It says what `exclusive` says."),
            .optional("owner", JSONSchema.name.orNull, "Who manages the job as code."),
        ] + JobDocument.readOnlyFields.map { .optional($0, .anything, "Ignored: it is only shown.") }

    /// The fields that a job has since it is on record.
    private static let recorded: [JSONSchema.Field] = [
        .required("service_name", .name),
        .required("job_name", .name),
        .required("job_guid", .uuid, "Made of the two names: the same in every installation."),
        .required("created_at", .time),
        .required("updated_at", .time),
        .required("next_occurrence", JSONSchema.time.orNull, "Null if there is none."),
    ]

    private static let shown: [JSONSchema.Field] =
        recorded + requiredInput + [
            .required("payload", .string().orNull),
            .required("time_zone", .string()),
            .required("dst", .string()),
            .required("heartbeat_interval_seconds", .integer()),
            .required("retry", .reference("Retry")),
            .required("timeout_seconds", .integer()),
            .required(
                "headers", .map(to: .string()),
                "Keys of other scopes than `admin` see `\(HiddenHeaders.mask)` for values."),
            .required("misfire", .reference("MisfirePolicy")),
            .required("misfire_max_age_seconds", JSONSchema.integer().orNull),
            .required("start_at", JSONSchema.time.orNull),
            .required("end_at", JSONSchema.time.orNull),
            .required("tags", .list(of: .string())),
            .required("description", JSONSchema.string().orNull),
            .required("overlap", .reference("OverlapPolicy"), "What becomes of an occurrence that finds a run open."),
            .required("owner", JSONSchema.string().orNull),
            .required("paused", JSONSchema.reference("JobPause").orNull, "The pause in force that ends last."),
            .required("etag", .string(), "The version, as the header `ETag` has it, without the quotes."),
        ]

    static let exampleFields: [String: JSONValue] = [
        "async": .bool(true), "enabled": .bool(true), "exclusive": .bool(true), "invocation_type": .string("http"),
        "invocation_target": .string("https://billing.example.com/hooks/invoices"),
        "payload": .string("{\"batch\": 500}"), "schedule": .string("cron(0 8 ? * MON-FRI *)"),
        "time_zone": .string("Europe/Madrid"), "ttl_seconds": .integer(1_800),
        "retry": .object(["max_attempts": .integer(4), "backoff_seconds": .array([.integer(5), .integer(30)])]),
    ]

    static let example: JSONValue = .object(exampleFields)

    private static let recordedExample: [String: JSONValue] = [
        "service_name": .string("billing"), "job_name": .string("send-invoices"),
        "job_guid": .string("d2909fac-1c61-53eb-849e-301daeb127c3"), "dst": .string("skip,first"),
        "heartbeat_interval_seconds": .integer(48), "timeout_seconds": .integer(15), "headers": .object([:]),
        "misfire": .string("last"), "misfire_max_age_seconds": .null, "start_at": .null, "end_at": .null,
        "tags": .array([]), "description": .null, "created_at": .string("2026-11-26T06:14:15.769Z"),
        "updated_at": .string("2026-11-26T06:14:15.769Z"), "next_occurrence": .string("2026-11-26T07:00:00Z"),
        "overlap": .string("skip"), "owner": .null, "paused": .null,
        "etag": .string("5b0d2c8a9f1e4c7733d0a6f1b2c3d4e5"),
    ]

    static let shownExample: JSONValue = .object(exampleFields.merging(recordedExample) { $1 })
}
