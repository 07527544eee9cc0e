import JSON

/// A parameter of an operation.
public struct APIParameter: Sendable {
    /// Where it is in a request.
    enum Place: String, Sendable { case path, query, header }

    public var name: String
    var place: Place
    var schema: JSONSchema
    var description: String?
    var isRequired: Bool

    /// A part of the path.
    public static func path(_ name: String, _ schema: JSONSchema, _ description: String? = nil) -> APIParameter {
        APIParameter(name: name, place: .path, schema: schema, description: description, isRequired: true)
    }

    /// A parameter of the query. A list is the parameter several times.
    public static func query(
        _ name: String, _ schema: JSONSchema, _ description: String? = nil, isRequired: Bool = false
    ) -> APIParameter {
        APIParameter(name: name, place: .query, schema: schema, description: description, isRequired: isRequired)
    }

    /// A header of the request.
    public static func header(
        _ name: String, _ schema: JSONSchema, _ description: String? = nil, isRequired: Bool = false
    ) -> APIParameter {
        APIParameter(name: name, place: .header, schema: schema, description: description, isRequired: isRequired)
    }

    var json: JSONValue {
        var fields: [String: JSONValue] = [
            "name": .string(name), "in": .string(place.rawValue), "schema": schema.json,
        ]
        fields["description"] = description.map(JSONValue.string)
        if isRequired { fields["required"] = .bool(true) }
        return .object(fields)
    }
}
