public import JSON

extension JSONValue {
    /// The value of an object's field; nil if it is absent or this is not an object.
    public subscript(_ field: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields[field]
    }

    /// The text of a string; nil for another kind.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The value of a whole number; nil for another kind.
    public var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// The values of a list; nil for another kind.
    public var array: [JSONValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }
}
