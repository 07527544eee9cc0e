/// One thing that is wrong with a document, for the person who wrote it.
public struct FieldError: Error, Sendable, Equatable, Codable {
    /// A JSON pointer (RFC 6901) to the field, such as `/retry/max_attempts`; empty for the document as a whole.
    public var field: String
    /// What is wrong.
    public var message: String
    /// What would be right.
    public var hint: String?

    public init(field: String, message: String, hint: String? = nil) {
        self.field = field
        self.message = message
        self.hint = hint
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
