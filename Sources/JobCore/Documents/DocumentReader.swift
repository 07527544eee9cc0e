/// Takes the fields out of a JSON object one by one and remembers everything that is wrong with them.
public struct DocumentReader {
    private var fields: [String: JSONValue]
    private let path: String
    public private(set) var errors: [FieldError] = []

    public init(_ fields: [String: JSONValue], path: String = "") {
        self.fields = fields
        self.path = path
    }

    public mutating func report(_ field: String, _ code: FieldError.Code, _ message: String, hint: String? = nil) {
        // RFC 6901, section 3.
        let token = field.replacing("~", with: "~0").replacing("/", with: "~1")
        errors.append(FieldError(field: "\(path)/\(token)", code: code, message: message, hint: hint))
    }

    /// The value of a field; nil when it is absent or null.
    private mutating func take(_ field: String) -> JSONValue? {
        guard let value = fields.removeValue(forKey: field), value != .null else { return nil }
        return value
    }

    public mutating func bool(_ field: String) -> Bool? {
        switch take(field) {
        case nil: return nil
        case .bool(let value): return value
        case let other?:
            report(field, .wrongType, "is \(other.kind)", hint: "Give true or false.")
            return nil
        }
    }

    public mutating func requiredBool(_ field: String) -> Bool? {
        if fields[field] == nil || fields[field] == .null {
            _ = take(field)
            report(field, .missing, "is missing", hint: "Give true or false.")
            return nil
        }
        return bool(field)
    }

    public mutating func string(_ field: String, maxBytes: Int) -> String? {
        switch take(field) {
        case nil: return nil
        case .string(let value):
            guard value.utf8.count <= maxBytes else {
                report(field, .tooLong, "has \(value.utf8.count) bytes", hint: "Give at most \(maxBytes).")
                return nil
            }
            // Databases end a text there.
            guard !value.utf8.contains(0) else {
                report(field, .invalid, "has a NUL character", hint: "Leave it out, or encode it, as base64 say.")
                return nil
            }
            return value
        case let other?:
            report(field, .wrongType, "is \(other.kind)", hint: "Give a string.")
            return nil
        }
    }

    public mutating func requiredString(_ field: String, maxBytes: Int, hint: String) -> String? {
        if fields[field] == nil || fields[field] == .null {
            _ = take(field)
            report(field, .missing, "is missing", hint: hint)
            return nil
        }
        return string(field, maxBytes: maxBytes)
    }

    public mutating func integer(_ field: String, in range: ClosedRange<Int64>) -> Int64? {
        switch take(field) {
        case nil: return nil
        case .integer(let value) where range.contains(value): return value
        case .integer(let value):
            report(
                field, .outOfRange, "is \(value)",
                hint: "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
        case let other?:
            report(
                field, .wrongType, "is \(other.kind == "a number" ? "not a whole number" : other.kind)",
                hint: "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return nil
    }

    public mutating func requiredInteger(_ field: String, in range: ClosedRange<Int64>) -> Int64? {
        if fields[field] == nil || fields[field] == .null {
            _ = take(field)
            report(
                field, .missing, "is missing",
                hint: "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
        return integer(field, in: range)
    }

    public mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ field: String) -> Choice? {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        guard let text = string(field, maxBytes: 64) else { return nil }
        guard let value = Choice(rawValue: text) else {
            report(field, .notAllowed, "is “\(text)”", hint: "Give one of: \(names).")
            return nil
        }
        return value
    }

    public mutating func instant(_ field: String) -> Instant? {
        guard let text = string(field, maxBytes: 64) else { return nil }
        guard let value = Instant(rfc3339: text) else {
            report(field, .invalid, "is not a time", hint: "Give an RFC 3339 time such as 2026-01-31T08:00:00Z.")
            return nil
        }
        return value
    }

    public mutating func array(_ field: String, atMost limit: Int) -> [JSONValue]? {
        switch take(field) {
        case nil: return nil
        case .array(let values):
            guard values.count <= limit else {
                report(field, .tooLong, "has \(values.count) items", hint: "Give at most \(limit).")
                return nil
            }
            return values
        case let other?:
            report(field, .wrongType, "is \(other.kind)", hint: "Give a list.")
            return nil
        }
    }

    public mutating func object(_ field: String) -> [String: JSONValue]? {
        switch take(field) {
        case nil: return nil
        case .object(let value): return value
        case let other?:
            report(field, .wrongType, "is \(other.kind)", hint: "Give an object.")
            return nil
        }
    }

    /// The value as it is; nil when it is absent or null.
    public mutating func any(_ field: String) -> JSONValue? {
        take(field)
    }

    /// Adds what another reader, of an object inside this one, found wrong.
    public mutating func adopt(_ inner: DocumentReader) {
        errors += inner.errors
    }

    /// Everything that was not taken is a field that nobody knows.
    public mutating func refuseUnknownFields() {
        for field in fields.keys.sorted() {
            report(
                String(field.prefix(64)), .unknownField, "is not a known field", hint: "Remove it, or correct its name."
            )
        }
    }
}
