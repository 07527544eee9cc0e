import HTTPTypes
import JSON
import JobCore
import OpenAPI
import StageKit

extension APITopic {
    /// Dead letters are listed, shown, replayed and dropped.
    static let deadLetters = APITopic(
        "Dead letters", "Messages that no stage could handle. They need a key of the scope `admin`.",
        operations: [listDeadLetters, exportDeadLetters, getDeadLetter, replayDeadLetters, dropDeadLetters],
        schemas: DeadLetterSchemas.all)

    private static let conditions: [APIParameter] = [
        .query(
            "queue", .list(of: DeadLetterSchemas.queue),
            "Letters of these work queues. Several may also be one value with commas."),
        .query("service", .name, "Letters about this service."),
        .query("job", .name, "Letters about jobs with this name."),
        .query("reason", DeadLetterSchemas.reason),
        .query("error", DeadLetterSchemas.error, "A text that the error contains."),
        .query("older_than_seconds", .integer(DeadLetterField.agesSeconds)),
        .limit(max: DeadLetterDocument.limitMax, default: 50), .more,
    ]

    private static let errors: [APIErrorCode] = [.forbidden, .conflict, .invalid]
    private static let page = APIAnswer(
        200, "The letters, queue by queue, oldest first. A page may be empty though more follow.",
        APIBody(.reference("DeadLetterList")))

    private static let listDeadLetters = APIOperation.keyed(
        "listDeadLetters", .get, "/dead-letters", "List dead letters", parameters: conditions, answers: [page],
        errors: errors)

    private static let exportDeadLetters = APIOperation.keyed(
        "exportDeadLetters", .get, "/dead-letters:export", "List dead letters with their bodies",
        parameters: conditions, answers: [page], errors: errors)

    private static let getDeadLetter = APIOperation.keyed(
        "getDeadLetter", .get, "/dead-letters/{id}", "Show a dead letter with its body",
        parameters: [.path("id", .uuid, "The id of the letter.")],
        answers: [APIAnswer(200, "The letter.", APIBody(.reference("DeadLetter")))], errors: errors + [.notFound])

    private static func pass(
        _ id: String, _ path: String, _ summary: String, _ inputs: [String], _ example: JSONValue
    ) -> APIOperation {
        .keyed(
            id, .post, path, summary,
            body: APIBody(
                inputs.count == 1 ? .reference(inputs[0]) : .any(of: inputs.map { .reference($0) }),
                examples: ["courier": example]),
            answers: [APIAnswer(200, "What was done.", APIBody(.reference("DeadLetterPass")))], errors: errors)
    }

    private static let example: JSONValue = .object([
        "queue": .array([.string("courier.deliveries")]), "service": .string("billing"), "dry_run": .bool(true),
    ])

    private static let replayDeadLetters = pass(
        "replayDeadLetters", "/dead-letters:replay", "Publish dead letters to where they came from",
        ["DeadLetterReplay", "DeadLetterRepublishing"], example)

    private static let dropDeadLetters = pass(
        "dropDeadLetters", "/dead-letters:drop", "Remove dead letters", ["DeadLetterDrop"], example)
}
