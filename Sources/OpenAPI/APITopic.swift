import JSON

/// The operations of one subject, with the schemas that they name.
public struct APITopic: Sendable {
    /// The tag of its operations.
    public var name: String
    public var summary: String
    public var operations: [APIOperation]
    /// Those that are named by `JSONSchema.reference`.
    public var schemas: [String: JSONSchema]

    public init(
        _ name: String, _ summary: String, operations: [APIOperation], schemas: [String: JSONSchema] = [:]
    ) {
        self.name = name
        self.summary = summary
        self.operations = operations
        self.schemas = schemas
    }

    var tag: JSONValue { .object(["name": .string(name), "description": .string(summary)]) }
}
