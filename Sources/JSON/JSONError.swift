/// The first fault that was found in a JSON text, and its position.
///
/// ```swift
/// do {
///     _ = try JSONDecoding.decode(Job.self, from: body)
/// } catch {
///     error.code         // .wrongType
///     error.path         // "/retry/max_attempts"
///     error.description  // line 3, column 14, at /retry/max_attempts: expected a whole number, found a string
/// }
/// ```
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of fault, for programs. The raw values are stable.
    public enum Code: String, Sendable, CaseIterable {
        /// The text or a name in it has more bytes than the limit.
        case tooLarge = "too_large"
        /// The text is not valid UTF-8.
        case notUTF8 = "not_utf8"
        /// The text is not JSON as RFC 8259 defines it.
        case syntax
        /// Arrays and objects nest deeper than the limit.
        case tooDeep = "too_deep"
        /// There are more values than the limit.
        case tooManyValues = "too_many_values"
        /// An object has the same name twice.
        case duplicateName = "duplicate_name"
        /// The value has another JSON type than the decoded type expects.
        case wrongType = "wrong_type"
        /// A field that the decoded type requires is absent.
        case missingField = "missing_field"
        /// The number is outside the range of the decoded type, or of every number that is supported.
        case numberOutOfRange = "number_out_of_range"
        /// The decoded type refuses the value for a reason of its own.
        case invalidValue = "invalid_value"
    }

    public var code: Code

    /// The fault in plain words, without its position.
    public var message: String

    /// The offset of the fault in bytes, from 0.
    public var offset: Int

    /// The line of the fault, from 1. A line ends with a line feed.
    public var line: Int

    /// The column of the fault in Unicode scalars, from 1.
    public var column: Int

    /// The JSON pointer (RFC 6901) of the value that could not be decoded, such as `/retry/max_attempts`.
    /// Empty for the whole document and for every fault in the text.
    public var path: String

    init(_ code: Code, _ message: String, offset: Int, path: String = "", in bytes: [UInt8]) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.code = code
        self.message = message
        self.offset = offset
        self.line = line
        self.column = column
        self.path = path
    }

    /// One line without control characters: the position, the path and the fault.
    public var description: String {
        let place = path.isEmpty ? "" : ", at \(Self.printable(path))"
        return "line \(line), column \(column)\(place): \(Self.printable(message))"
    }

    /// Paths and messages may quote names and values of any length from the text.
    private static func printable(_ text: String) -> String {
        let lengthMax = 300
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(lengthMax) {
            let isControl = scalar.properties.generalCategory == .control
            scalars.append(isControl ? "\u{FFFD}" : scalar)
        }
        return String(scalars) + (text.unicodeScalars.count > lengthMax ? "…" : "")
    }
}
