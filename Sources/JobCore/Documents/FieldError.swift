/// One mistake in a document, described for the person who wrote it.
public struct FieldError: Error, Sendable, Equatable, Codable {
    /// A JSON pointer (RFC 6901) to the field, such as `/retry/max_attempts`; empty for the document as a whole.
    public var field: String
    /// The kind of mistake, for programs.
    public var code: Code
    /// What is wrong, such as `is 0`.
    public var message: String
    /// What would be right, such as `Give a whole number from 1 to 20.`
    public var hint: String

    public init(field: String, code: Code, message: String, hint: String) {
        self.field = field
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The kinds of mistakes. Programs may rely on them: a code stays the same when its message is improved.
    public enum Code: String, Sendable, CaseIterable, Codable {
        /// A required field is absent or `null`.
        case missing
        /// The value has another JSON type than the field, such as a string for a number.
        case wrongType = "wrong_type"
        /// A number or an instant is too small, too large or contradicts another field.
        case outOfRange = "out_of_range"
        /// A string has too many bytes, or a list or an object has too many items.
        case tooLong = "too_long"
        /// The value is not one of those that the field accepts.
        case notAllowed = "not_allowed"
        /// The document or the query has a field that does not exist.
        case unknownField = "unknown_field"
        /// The value has the right type but the wrong form: it is no schedule, URL, time or name.
        case invalid
        /// The target did not accept the test delivery.
        case notAccepted = "not_accepted"
        /// The target could not be tested, because of the installation.
        case notTested = "not_tested"
        /// The job on record has another version than the change is for, or is there or not there against expectation.
        case changed
    }

    /// The error as one line of text: `/ttl_seconds: is 0. Give a whole number from 1 to 604800.`
    public var line: String {
        let place = field.isEmpty ? "" : "\(field): "
        let end = message.hasSuffix(".") ? "" : "."
        return "\(place)\(message)\(end)\(hint.isEmpty ? "" : " \(hint)")"
    }
}
