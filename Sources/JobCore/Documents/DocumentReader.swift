public import JSON

/// Takes the fields out of a JSON object one by one and collects every mistake.
///
/// Each method removes its field, checks it and returns its value. It returns nil for a field that is absent or `null`
/// and for a wrong one; a wrong one also adds to ``errors``. At the end, ``refuseUnknownFields()`` reports the fields
/// that were not taken.
///
/// ```swift
/// var reader = DocumentReader(fields)
/// let ttl = reader.requiredInteger("ttl_seconds", in: 1...604_800)
/// let description = reader.string("description", bytesMax: 1_024)
/// reader.refuseUnknownFields()
/// guard let ttl, reader.errors.isEmpty else { throw InvalidDocument(reader.errors) }
/// ```
public struct DocumentReader {
    private var fields: [String: JSONValue]
    private let path: String
    /// The mistakes found so far.
    public private(set) var errors: [FieldError] = []

    /// Reads the fields of an object. `path` is the JSON pointer of that object, for those inside another one.
    public init(_ fields: [String: JSONValue], path: String = "") {
        self.fields = fields
        self.path = path
    }

    /// Adds a mistake in a field.
    public mutating func report(_ field: String, _ code: FieldError.Code, _ message: String, hint: String) {
        // JSON pointers escape "~" and "/" (RFC 6901, section 3).
        let token = field.replacing("~", with: "~0").replacing("/", with: "~1")
        errors.append(FieldError(field: "\(path)/\(token)", code: code, message: message, hint: hint))
    }

    /// Adds a mistake in a field that is named by its JSON pointer.
    mutating func report(_ error: FieldError) {
        errors.append(error)
    }

    /// Adds the mistakes of a reader of an object inside this one.
    public mutating func adopt(_ inner: DocumentReader) {
        errors += inner.errors
    }

    /// Reports every field that was not taken.
    public mutating func refuseUnknownFields() {
        for field in fields.keys.sorted() {
            report(
                String(field.prefix(64)), .unknownField, "is not a known field", hint: "Remove it, or correct its name."
            )
        }
    }

    /// Removes a field. Returns nil if it is absent or `null`.
    private mutating func take(_ field: String) -> JSONValue? {
        guard let value = fields.removeValue(forKey: field), value != .null else { return nil }
        return value
    }

    /// Reports a required field that is absent or `null`.
    private mutating func isMissing(_ field: String, hint: String) -> Bool {
        if let value = fields[field], value != .null { return false }
        _ = take(field)
        report(field, .missing, "is missing", hint: hint)
        return true
    }

    /// Takes a value of any kind.
    public mutating func any(_ field: String) -> JSONValue? {
        take(field)
    }

    /// Takes a boolean.
    public mutating func bool(_ field: String) -> Bool? {
        switch take(field) {
        case nil: return nil
        case .bool(let value): return value
        case let other?:
            report(field, .wrongType, "is \(other.kind)", hint: "Give true or false.")
            return nil
        }
    }

    /// Takes a boolean that must be there.
    public mutating func requiredBool(_ field: String) -> Bool? {
        isMissing(field, hint: "Give true or false.") ? nil : bool(field)
    }

    /// Takes a string of at most `bytesMax` bytes of UTF-8, without a NUL.
    public mutating func string(_ field: String, bytesMax: Int) -> String? {
        switch take(field) {
        case nil: return nil
        case .string(let value):
            guard value.utf8.count <= bytesMax else {
                report(field, .tooLong, "has \(value.utf8.count) bytes", hint: "Give at most \(bytesMax).")
                return nil
            }
            // PostgreSQL stores no text with a NUL, and C libraries end a text there.
            guard !value.utf8.contains(0) else {
                report(
                    field, .invalid, "contains a NUL character",
                    hint: "Remove it, or encode the value, for example as base64.")
                return nil
            }
            return value
        case let other?:
            report(field, .wrongType, "is \(other.kind)", hint: "Give a string.")
            return nil
        }
    }

    /// Takes a string that must be there. `hint` says what to give if it is missing.
    public mutating func requiredString(_ field: String, bytesMax: Int, hint: String) -> String? {
        isMissing(field, hint: hint) ? nil : string(field, bytesMax: bytesMax)
    }

    /// Takes a whole number in a range.
    public mutating func integer(_ field: String, in range: ClosedRange<Int64>) -> Int64? {
        let taken = take(field)
        switch taken.flatMap(\.wholeNumber).map(JSONValue.integer) ?? taken {
        case nil: return nil
        case .integer(let value) where range.contains(value): return value
        case .integer(let value): report(field, .outOfRange, "is \(value)", hint: Self.hint(range))
        case .number: report(field, .wrongType, "is not a whole number", hint: Self.hint(range))
        case let other?: report(field, .wrongType, "is \(other.kind)", hint: Self.hint(range))
        }
        return nil
    }

    /// Takes a whole number that must be there.
    public mutating func requiredInteger(_ field: String, in range: ClosedRange<Int64>) -> Int64? {
        isMissing(field, hint: Self.hint(range)) ? nil : integer(field, in: range)
    }

    private static func hint(_ range: ClosedRange<Int64>) -> String {
        "Give a whole number from \(range.lowerBound) to \(range.upperBound)."
    }

    /// Takes one of an enumeration's raw values.
    public mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ field: String) -> Choice? {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        guard let text = string(field, bytesMax: 64) else { return nil }
        guard let value = Choice(rawValue: text) else {
            report(field, .notAllowed, "is “\(text)”", hint: "Give one of: \(names).")
            return nil
        }
        return value
    }

    /// Takes an RFC 3339 time of the years 1970 to 9999, in UTC.
    public mutating func instant(_ field: String) -> Instant? {
        guard let text = string(field, bytesMax: 64) else { return nil }
        guard let value = Instant(rfc3339: text) else {
            report(field, .invalid, "is not a time", hint: "Give an RFC 3339 time such as 2026-01-31T08:00:00Z.")
            return nil
        }
        guard Instant.recordable.contains(value) else {
            report(field, .outOfRange, "is not within the years 1970 to 9999 (UTC)", hint: "Leave it out for no limit.")
            return nil
        }
        return value
    }

    /// Takes a list of at most `itemsMax` values.
    public mutating func array(_ field: String, itemsMax: Int) -> [JSONValue]? {
        switch take(field) {
        case nil: return nil
        case .array(let values):
            guard values.count <= itemsMax else {
                report(field, .tooLong, "has \(values.count) items", hint: "Give at most \(itemsMax).")
                return nil
            }
            return values
        case let other?:
            report(field, .wrongType, "is \(other.kind)", hint: "Give a list.")
            return nil
        }
    }

    /// Takes an object, for another reader.
    public mutating func object(_ field: String) -> [String: JSONValue]? {
        switch take(field) {
        case nil: return nil
        case .object(let value): return value
        case let other?:
            report(field, .wrongType, "is \(other.kind)", hint: "Give an object.")
            return nil
        }
    }
}
