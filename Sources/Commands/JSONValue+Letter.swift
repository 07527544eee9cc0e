import JSON

/// Reads what others wrote, such as letters as the API shows them, whatever it holds.
extension JSONValue {
    func field(_ name: String) -> JSONValue? {
        guard case .object(let fields) = self, let value = fields[name], value != .null else { return nil }
        return value
    }

    /// The text of a string, or another value as JSON; nil for an absent field and for null.
    func fieldText(_ name: String) -> String? {
        guard let value = field(name) else { return nil }
        if case .string(let text) = value { return text }
        return value.text
    }

    /// The text of a string field; nil for another kind.
    func string(_ name: String) -> String? {
        guard case .string(let text)? = field(name) else { return nil }
        return text
    }

    /// The elements of a list; nil for another kind.
    var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }
}
