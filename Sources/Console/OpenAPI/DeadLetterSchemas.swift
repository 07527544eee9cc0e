import JSON
import Messaging
import OpenAPI

/// The JSON of dead letters, of the conditions on them, and of what a pass over them has done.
enum DeadLetterSchemas {
    static let all: [String: JSONSchema] = [
        "DeadLetter": .object(shown, isOpen: true).described("A message that no stage could handle."),
        "DeadLetterQueue": .choice(WorkQueue.allCases.filter(\.hasDeadLetters).map(\.rawValue)),
        "DeadLetterOrigin": origin,
        "DeadLetterOriginInput": DeadLetterInputSchema.origin,
        "DeadLetterList": .page(of: "DeadLetter"),
        "DeadLetterReplay": .object(conditions + [rate]).described("Which letters are replayed, and how fast."),
        "DeadLetterDrop": .object(conditions).described("Which letters are removed."),
        "DeadLetterRepublishing": .object([
            .required("letter", .reference("DeadLetterInput")), .optional("dry_run", JSONSchema.boolean.orNull),
        ]).described("A letter that is in no queue and is published."),
        "DeadLetterInput": .object(DeadLetterInputSchema.fields).described("A letter as it was exported."),
        "DeadLetterPass": .object(pass, isOpen: true).described("What a pass over dead letters has done."),
        "DeadLetterFailure": failure,
    ]

    static let queue: JSONSchema = .reference("DeadLetterQueue")
    static let reason: JSONSchema = .string(pattern: "^[a-z_]{1,64}$")
    static let error: JSONSchema = .string(lengthMin: 1, lengthMax: DeadLetterField.textBytesMax)

    private static let rate = JSONSchema.Field.optional(
        "rate_per_second", JSONSchema.integer(DeadLetterDocument.rates).orNull, "No limit without it.")

    /// At least one condition, or `all`.
    private static let conditions: [JSONSchema.Field] = [
        .optional("all", JSONSchema.boolean.orNull, "True: without another condition, every letter is meant."),
        .optional("id", JSONSchema.uuid.orNull),
        .optional("queue", JSONSchema.list(of: queue, countMax: WorkQueue.allCases.count).orNull),
        .optional("service", JSONSchema.name.orNull),
        .optional("job", JSONSchema.name.orNull),
        .optional("reason", reason.orNull),
        .optional("error", error.orNull, "A text that the error contains."),
        .optional("older_than_seconds", JSONSchema.integer(DeadLetterField.agesSeconds).orNull),
        .optional("before", JSONSchema.instant.orNull, "Letters that became dead letters before; now without it."),
        .optional(
            "limit", JSONSchema.integer(1...DeadLetterDocument.limitMax).orNull, "The most letters of this pass."),
        .optional("dry_run", JSONSchema.boolean.orNull, "True: says what would be done, and does nothing."),
        .optional("more", JSONSchema.string(lengthMin: 1, lengthMax: 256).orNull, "`paging.more` of the pass before."),
    ]

    private static let origin: JSONSchema = .object(
        [
            .required("exchange", JSONSchema.string().orNull),
            .required("routing_key", JSONSchema.string().orNull),
            .required("queue", .string()),
        ], isOpen: true
    ).described("Where a message was first published to, and its work queue.")

    private static let shown: [JSONSchema.Field] = [
        .required("id", .uuid, "Made of its queue, message id, origin and body."),
        .required("queue", queue),
        .required("origin", .reference("DeadLetterOrigin")),
        .required("reason", .string(), "Why it is a dead letter, for programs."),
        .required("error", JSONSchema.string().orNull, "Why it is a dead letter, for people."),
        .required("attempts", JSONSchema.integer().orNull),
        .required("replays", .integer()),
        .required("first_dead_at", JSONSchema.time.orNull),
        .required("last_dead_at", JSONSchema.time.orNull),
        .required("message_id", JSONSchema.string().orNull),
        .required("service_name", JSONSchema.string().orNull),
        .required("job_name", JSONSchema.string().orNull),
        .required("execution_id", JSONSchema.uuid.orNull),
        .required("body_bytes", .integer()),
        .required("headers", .map(to: .string())),
        .optional("copies", .integer(), "How many letters have this id, if it is more than one."),
        .optional("body", .string(), "In an export, and for one letter."),
        .optional("body_base64", .string(), "In place of `body` where that is no text."),
        .optional("body_is_cut", .boolean, "True if only the beginning of the body is shown."),
    ]

    private static let pass: [JSONSchema.Field] = [
        .required("matched", .integer(), "Letters that met the conditions."),
        .required("done", .integer(), "Letters that were replayed or removed; in a dry run, would have been."),
        .required("failed", .integer(), "Letters that stay where they are."),
        .required("scanned", .integer(), "Letters that were looked at."),
        .required("dry_run", .boolean),
        .required("ended_early", .boolean, "True: repeat the request with the same `more` and this `before`."),
        .required("before", JSONSchema.time.orNull, "Send it with the next page."),
        .required("failures", .list(of: .reference("DeadLetterFailure")), "The first of those that stay."),
        .required("paging", .reference("Paging")),
    ]

    private static let failure: JSONSchema = .object(
        [
            .required("id", .uuid), .required("queue", .string()),
            .required("code", .string(), "Why the letter stays, for programs."),
            .required("message", .string(), "Why the letter stays, for people."),
        ], isOpen: true
    ).described("A letter that stays where it is.")
}
