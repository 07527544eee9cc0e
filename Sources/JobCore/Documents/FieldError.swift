/// One thing that is wrong with a document, for the person who wrote it.
public struct FieldError: Error, Sendable, Equatable, Codable {
    /// A JSON pointer (RFC 6901) to the field, such as `/retry/max_attempts`; empty for the document as a whole.
    public var field: String
    /// The kind of mistake, for programs.
    public var code: Code
    /// What is wrong.
    public var message: String
    /// What would be right.
    public var hint: String?

    public init(field: String, code: Code, message: String, hint: String? = nil) {
        self.field = field
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The kinds of mistakes. A program may rely on them: they do not change when a message is improved.
    public enum Code: String, Sendable, CaseIterable, Codable {
        /// A required field is absent or null.
        case missing
        /// The value has another JSON type than the field, such as a string where a number belongs.
        case wrongType = "wrong_type"
        /// A number or an instant is too small, too large or at odds with another field.
        case outOfRange = "out_of_range"
        /// A string has too many bytes, or a list or an object too many items.
        case tooLong = "too_long"
        /// The value is not among those that the field may have.
        case notAllowed = "not_allowed"
        /// The document or the query has a field that does not exist.
        case unknownField = "unknown_field"
        /// The value has the right type and the wrong form: no schedule, no URL, no time, no name.
        case invalid
    }

    /// The error as a line of text.
    public var line: String {
        let sentence = message.hasSuffix(".") ? message : message + "."
        return "  \(field): \(sentence) \(hint ?? "")"
    }
}

/// Everything that is wrong with a document, all at once.
public struct InvalidDocument: Error, Sendable, Equatable {
    public var errors: [FieldError]
    /// True when the text could not be read at all, rather than read and found wrong.
    public var isUnreadable: Bool

    public init(_ errors: [FieldError], isUnreadable: Bool = false) {
        self.errors = errors
        self.isUnreadable = isUnreadable
    }
}
