/// All mistakes in a document together, so that its author can correct them in one go.
public struct InvalidDocument: Error, Sendable, Equatable {
    /// The mistakes, in the order in which they were found. Never empty.
    public var errors: [FieldError]
    /// True if the text could not be read at all (HTTP status 400); false if it was read and has wrong fields (422).
    public var isUnreadable: Bool

    /// The mistakes in one line, for the log.
    public var summary: String {
        errors.map { "\($0.field) \($0.message)" }.joined(separator: "; ")
    }

    /// The JSON is no object, where one is needed.
    public static let notAnObject = InvalidDocument(
        [
            FieldError(
                field: "", code: .wrongType, message: "The body is not an object.", hint: "Send one JSON object.")
        ],
        isUnreadable: true)

    public init(_ errors: [FieldError], isUnreadable: Bool = false) {
        self.errors = errors
        self.isUnreadable = isUnreadable
    }
}
