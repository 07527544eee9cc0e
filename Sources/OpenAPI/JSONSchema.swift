public import JSON

/// A JSON Schema of the draft 2020-12, which is the one of OpenAPI 3.1.
///
/// ```swift
/// let retry = JSONSchema.object([.optional("max_attempts", .integer(1...20).orNull, "Attempts in all.")])
/// ```
public struct JSONSchema: Sendable, Equatable {
    /// A property of an object.
    public struct Field: Sendable {
        public var name: String
        var schema: JSONSchema
        var isRequired: Bool

        /// A property that must be there.
        public static func required(_ name: String, _ schema: JSONSchema, _ description: String? = nil) -> Field {
            Field(name: name, schema: schema.described(description), isRequired: true)
        }

        /// A property that may be left out.
        public static func optional(_ name: String, _ schema: JSONSchema, _ description: String? = nil) -> Field {
            Field(name: name, schema: schema.described(description), isRequired: false)
        }
    }

    private var keywords: [String: JSONValue]

    private init(_ keywords: [String: JSONValue]) {
        self.keywords = keywords
    }

    /// The schema as JSON.
    public var json: JSONValue { .object(keywords) }
}

extension JSONSchema {
    /// Any value.
    public static let anything = JSONSchema([:])
    /// `true` or `false`.
    public static let boolean = JSONSchema(["type": .string("boolean")])
    /// Any number.
    public static let number = JSONSchema(["type": .string("number")])
    /// A time as RFC 3339 has it.
    public static let time = string(format: "date-time")
    /// A UUID.
    public static let uuid = string(format: "uuid")

    /// A text. Lengths are characters here; where the code counts bytes, a text of other characters than ASCII's may be
    /// too long though it fits the schema.
    public static func string(
        lengthMin: Int? = nil, lengthMax: Int? = nil, pattern: String? = nil, format: String? = nil
    ) -> JSONSchema {
        var schema = JSONSchema(["type": .string("string")])
        schema.keywords["minLength"] = lengthMin.map { .integer(Int64($0)) }
        schema.keywords["maxLength"] = lengthMax.map { .integer(Int64($0)) }
        schema.keywords["pattern"] = pattern.map(JSONValue.string)
        schema.keywords["format"] = format.map(JSONValue.string)
        return schema
    }

    /// A whole number.
    public static func integer(_ range: ClosedRange<Int64>? = nil, format: String? = nil) -> JSONSchema {
        var schema = JSONSchema(["type": .string("integer")])
        schema.keywords["minimum"] = range.map { .integer($0.lowerBound) }
        schema.keywords["maximum"] = range.map { .integer($0.upperBound) }
        schema.keywords["format"] = format.map(JSONValue.string)
        return schema
    }

    /// A list.
    public static func list(of items: JSONSchema, countMin: Int? = nil, countMax: Int? = nil) -> JSONSchema {
        var schema = JSONSchema(["type": .string("array"), "items": items.json])
        schema.keywords["minItems"] = countMin.map { .integer(Int64($0)) }
        schema.keywords["maxItems"] = countMax.map { .integer(Int64($0)) }
        return schema
    }

    /// One of some texts.
    public static func choice(_ values: [String]) -> JSONSchema {
        JSONSchema(["type": .string("string"), "enum": .array(values.map(JSONValue.string))])
    }

    /// One of the values of an enum.
    public static func choice<Choice: RawRepresentable<String> & CaseIterable>(of type: Choice.Type) -> JSONSchema {
        choice(type.allCases.map(\.rawValue))
    }

    /// Exactly this text.
    public static func constant(_ value: String) -> JSONSchema {
        JSONSchema(["type": .string("string"), "const": .string(value)])
    }

    /// Exactly this boolean.
    public static func constant(_ value: Bool) -> JSONSchema {
        JSONSchema(["type": .string("boolean"), "const": .bool(value)])
    }

    /// One of the schemas of the document.
    public static func reference(_ name: String) -> JSONSchema {
        JSONSchema(["$ref": .string("#/components/schemas/\(name)")])
    }

    /// What meets one of these.
    public static func any(of schemas: [JSONSchema]) -> JSONSchema {
        JSONSchema(["anyOf": .array(schemas.map(\.json))])
    }

    /// An object. One that is sent to Belfry has no other fields than these; one that Belfry sends may have more in a
    /// later version.
    public static func object(_ fields: [Field], isOpen: Bool = false) -> JSONSchema {
        var properties: [String: JSONValue] = [:]
        for field in fields { properties[field.name] = field.schema.json }
        var schema = JSONSchema(["type": .string("object"), "properties": .object(properties)])
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { schema.keywords["required"] = .array(required) }
        if !isOpen { schema.keywords["additionalProperties"] = .bool(false) }
        return schema
    }

    /// An object with any names.
    public static func map(to values: JSONSchema, countMax: Int? = nil) -> JSONSchema {
        var schema = JSONSchema(["type": .string("object"), "additionalProperties": values.json])
        schema.keywords["maxProperties"] = countMax.map { .integer(Int64($0)) }
        return schema
    }

    /// The same, or null.
    public var orNull: JSONSchema {
        var schema = self
        switch (keywords["type"], keywords["anyOf"]) {
        case (.string(let type)?, _): schema.keywords["type"] = .array([.string(type), .string("null")])
        case (_, .array(let schemas)?):
            schema.keywords["anyOf"] = .array(schemas + [.object(["type": .string("null")])])
        default: return .any(of: [self, JSONSchema(["type": .string("null")])])
        }
        if case .array(let values)? = keywords["enum"] { schema.keywords["enum"] = .array(values + [.null]) }
        return schema
    }

    /// The same, but none of these texts.
    public func except(_ values: [String]) -> JSONSchema {
        var schema = self
        schema.keywords["not"] = .object(["enum": .array(values.map(JSONValue.string))])
        return schema
    }

    /// The same with a value that stands for one that is left out.
    public func with(default value: JSONValue) -> JSONSchema {
        var schema = self
        schema.keywords["default"] = value
        return schema
    }

    /// The same with an example.
    public func with(example value: JSONValue) -> JSONSchema {
        var schema = self
        schema.keywords["examples"] = .array([value])
        return schema
    }

    /// The same with limits for the names of an object with any names.
    public func with(names: JSONSchema) -> JSONSchema {
        var schema = self
        schema.keywords["propertyNames"] = names.json
        return schema
    }

    /// The same with a text for people.
    public func described(_ description: String?) -> JSONSchema {
        guard let description else { return self }
        var schema = self
        schema.keywords["description"] = .string(description)
        return schema
    }
}
