import JSON

/// What SQS takes as a message: the rules that a job's headers and payload must keep to, and the bounds of an attempt.
///
/// The rules are those of "Amazon SQS message metadata", "SendMessage" and "Message quotas" in the SQS documentation.
public enum SQSMessageRules {
    /// Bytes of a whole message: its body, and the names, types and values of its attributes.
    public static let messageBytesMax = 262_144
    /// Attributes that Belfry needs of the ten that a message may have: the three of Standard Webhooks, `traceparent`,
    /// the token, and the queue for callbacks.
    static let headersMax = 10 - 6
    /// Left for the fields of the body that are not the payload, and for Belfry's attributes. The state of the last
    /// success is not in it: a message that has a large one may still be refused when it is sent.
    static let reservedBytes = 8 * 1_024

    private static let nameBytesMax = 256
    private static let groupBytesMax = 128
    private static let reservedPrefixes = ["aws.", "amazon.", "x-belfry-"]

    /// All mistakes in the headers and in the payload of a job whose target is on SQS.
    static func faults(headers: [String: String], payload: String?) -> [FieldError] {
        var faults: [FieldError] = []
        if headers.count > headersMax {
            faults.append(
                FieldError(
                    field: "/headers", code: .tooLong, message: "has \(headers.count) entries",
                    hint: "Give at most \(headersMax): a message on SQS has ten attributes, and Belfry needs six."))
        }
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            guard let fault = fault(name: name, value: value) else { continue }
            // JSON pointers escape "~" (RFC 6901, section 3). No name of a header has a "/".
            faults.append(
                FieldError(
                    field: "/headers/\(name.replacing("~", with: "~0"))", code: .notAllowed, message: fault,
                    hint: "Give what SQS takes as an attribute of a message."))
        }
        let attributeBytes = headers.reduce(0) { $0 + Self.bytes(ofAttribute: $1.key, value: $1.value) }
        let messageBytes = escapedBytes(of: payload ?? "") + attributeBytes + reservedBytes
        if messageBytes > messageBytesMax {
            faults.append(
                FieldError(
                    field: "/payload", code: .tooLong,
                    message: "makes a message of \(messageBytes) bytes, with its headers and what Belfry adds",
                    hint: "SQS takes \(messageBytesMax) (256 KiB). In the message the payload is a JSON string, so "
                        + "quotation marks and line breaks in it count twice."))
        }
        return faults
    }

    /// The bytes that an attribute, which is a string, adds to its message.
    public static func bytes(ofAttribute name: String, value: String) -> Int {
        name.utf8.count + "String".utf8.count + value.utf8.count
    }

    /// Whether SQS takes a character: `#x9 | #xA | #xD | #x20-#xD7FF | #xE000-#xFFFD | #x10000-#x10FFFF`.
    public static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    /// Whether a text can be the group of messages in a FIFO queue.
    public static func isGroup(_ text: String) -> Bool {
        (1...groupBytesMax).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func fault(name: String, value: String) -> String? {
        let isName =
            (1...nameBytesMax).contains(name.utf8.count) && !name.hasPrefix(".") && !name.hasSuffix(".")
            && !name.contains("..")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
        guard isName else {
            return "is no name of an attribute: it has other characters than letters, digits, “-”, “_” and single “.”"
        }
        if let prefix = reservedPrefixes.first(where: { name.lowercased().hasPrefix($0) }) {
            return "begins with “\(prefix)”, which is reserved"
        }
        guard !value.isEmpty else { return "is empty, which an attribute can't be" }
        guard value.unicodeScalars.allSatisfy(isAllowed) else { return "has a character that SQS does not take" }
        return nil
    }

    /// The bytes of a text as a JSON string, with the two characters escaped that SQS does not take.
    private static func escapedBytes(of text: String) -> Int {
        let refused = text.unicodeScalars.count { !isAllowed($0) && $0.value > 0x20 }
        return JSONValue.string(text).text.utf8.count + 3 * refused
    }
}
