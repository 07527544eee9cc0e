import HTTPTypes
import JSON
import JobCore
import OpenAPI
import StageKit

extension APITopic {
    /// Keys are listed, created and revoked.
    static let keys = APITopic(
        "Keys", "Who may use the API. Keys need a key of the scope `admin`.",
        operations: [listKeys, createKey, revokeKey],
        schemas: [
            "KeyInput": .object([.required("name", .keyName), .required("scope", .scope)]).described("A new key."),
            "Key": .object(key, isOpen: true).described("A key without its secret."),
            "CreatedKey": .object(
                key + [.required("key", .string(), "The secret. It can't be shown again.")], isOpen: true
            ).described("A new key with its secret."),
            "KeyList": .page(of: "Key"),
        ])

    private static let key: [JSONSchema.Field] = [
        .required("name", .string()),
        .required("scope", .string(), "`admin`, `read` or `service:NAME`."),
        .required("created_at", .time),
        .required("created_by", JSONSchema.string().orNull, "The actor. Null for a key of an older Belfry."),
        .required("last_used_at", JSONSchema.time.orNull, "It may be a minute behind."),
    ]

    private static let listKeys = APIOperation.keyed(
        "listKeys", .get, "/keys", "List keys",
        answers: [APIAnswer(200, "All keys, by name.", APIBody(.reference("KeyList")))],
        errors: [.forbidden, .invalid])

    private static let createKey = APIOperation.keyed(
        "createKey", .post, "/keys", "Create a key",
        body: APIBody(
            .reference("KeyInput"),
            examples: ["service": .object(["name": .string("deploy"), "scope": .string("service:billing")])]),
        answers: [
            APIAnswer(201, "The key with its secret.", APIBody(.reference("CreatedKey")), headers: [.cacheControl])
        ],
        errors: [.forbidden, .conflict])

    private static let revokeKey = APIOperation.keyed(
        "revokeKey", .delete, "/keys/{name}", "Revoke a key",
        parameters: [.path("name", .keyName, "The name of the key.")],
        answers: [APIAnswer(204, "The key works no more.")],
        errors: [.forbidden, .notFound, .conflict, .invalid])
}
