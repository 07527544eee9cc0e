import JSON

/// Reads letters as the API shows them, whatever they hold.
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
}
