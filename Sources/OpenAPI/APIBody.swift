public import JSON

/// The JSON of a request or of an answer.
public struct APIBody: Sendable {
    var schema: JSONSchema
    /// The main cases, by name.
    var examples: [String: JSONValue]
    /// Whether a request must have it.
    var isRequired: Bool

    public init(_ schema: JSONSchema, examples: [String: JSONValue] = [:], isRequired: Bool = true) {
        self.schema = schema
        self.examples = examples
        self.isRequired = isRequired
    }

    var content: JSONValue {
        var media: [String: JSONValue] = ["schema": schema.json]
        if !examples.isEmpty { media["examples"] = .object(examples.mapValues { .object(["value": $0]) }) }
        return .object(["application/json": .object(media)])
    }

    var request: JSONValue { .object(["content": content, "required": .bool(isRequired)]) }
}
