import OpenAPI

/// The JSON of pauses.
enum PauseSchemas {
    static let all: [String: JSONSchema] = [
        "PauseInput": .object([
            .optional("note", JSONSchema.string(lengthMax: PauseDocument.noteBytesMax).orNull, "Why, for people."),
            .optional(
                "until", JSONSchema.instant.orNull, "After now: when it ends by itself. Without it somebody resumes."),
        ]).described("Why something is paused, and until when."),
        "PauseSubject": .choice(["job", "service", "tag"]),
        "JobPause": .object(inJob, isOpen: true).described("The pause in force of a job that ends last."),
        "Pause": .object(inJob + own, isOpen: true).described("A pause of a job, of a service, or of a tag."),
        "PauseList": .page(of: "Pause"),
    ]

    private static let inJob: [JSONSchema.Field] = [
        .required("by", .reference("PauseSubject"), "What is paused."),
        .required("tag", JSONSchema.string().orNull),
        .required("note", JSONSchema.string().orNull),
        .required("until", JSONSchema.time.orNull, "When it ends by itself."),
        .required("paused_by", .string(), "The name of the key, or `local:USER`."),
        .required("paused_at", .time),
    ]

    private static let own: [JSONSchema.Field] = [
        .required("service_name", JSONSchema.name.orNull),
        .required("job_name", JSONSchema.name.orNull),
        .required("resumed_at", JSONSchema.time.orNull),
        .optional("jobs", .integer(), "In the answer to a pause: the jobs that it concerns now."),
    ]
}
