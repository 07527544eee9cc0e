import Messaging
import OpenAPI

/// The JSON of a letter that is published though it is in no queue.
enum DeadLetterInputSchema {
    static let fields: [JSONSchema.Field] = [
        .required("id", .uuid),
        .required("queue", DeadLetterSchemas.queue),
        .optional("origin", JSONSchema.reference("DeadLetterOriginInput").orNull),
        .optional("reason", text),
        .optional("error", text),
        .optional("attempts", count),
        .optional("replays", count),
        .optional("first_dead_at", JSONSchema.time.orNull),
        .optional("last_dead_at", JSONSchema.time.orNull),
        .optional("message_id", text),
        .optional("service_name", text),
        .optional("job_name", text),
        .optional("execution_id", JSONSchema.uuid.orNull),
        .optional("body_bytes", JSONSchema.integer(0...Int64.max).orNull),
        .optional("headers", headers.orNull),
        .optional("copies", count),
        .optional("body", JSONSchema.string(lengthMax: MessageLimits.publishedBodyBytesMax).orNull),
        .optional("body_base64", JSONSchema.string().orNull, "In place of `body`."),
        .optional("body_is_cut", JSONSchema.boolean.orNull, "A letter is refused if it is true."),
    ]

    private static let text: JSONSchema = .string(lengthMax: MessageLimits.headerBytesMax).orNull

    private static let count: JSONSchema = .integer(ExportedLetter.counts).orNull

    static let origin: JSONSchema = .object([
        .optional("exchange", text), .optional("routing_key", text), .optional("queue", text),
    ])

    private static let headers: JSONSchema = JSONSchema.map(to: text)
        .with(names: .string(lengthMin: 1, lengthMax: MessageLimits.shortStringBytesMax))
}
