public import JSON

/// Writes jobs as a file that `belfry jobs apply` reads: YAML 1.2, as docs/job-files.md has it.
///
/// ```yaml
/// - service_name: billing
///   job_name: send-invoices
///   schedule: cron(0 8 ? * MON-FRI *)
///   payload: '{"batch": 500}'
/// ```
///
/// What tools that follow YAML 1.1 would take for a boolean, a number or a time is written in quotes.
public enum JobFileWriter {
    /// The order of a job's fields; others follow in the order of their names.
    private static let order = [
        "service_name", "job_name", "description", "async", "enabled", "exclusive", "overlap", "schedule", "time_zone",
        "dst", "invocation_type", "invocation_target", "headers", "payload", "ttl_seconds",
        "heartbeat_interval_seconds", "timeout_seconds", "retry", "misfire", "misfire_max_age_seconds", "start_at",
        "end_at", "tags", "owner",
    ]

    /// The text of a file that holds the jobs, in their order. Fields that are null are left out.
    public static func yaml(_ jobs: [JSONValue]) -> String {
        jobs.isEmpty ? "[]\n" : jobs.map(yaml(job:)).joined()
    }

    /// The text of one job in a list.
    static func yaml(job: JSONValue) -> String {
        guard case .object(let fields) = job else { return "- \(inline(job))\n" }
        let kept = fields.filter { $0.value != .null }
        let known = order.filter { kept[$0] != nil }
        let names = known + kept.keys.filter { !known.contains($0) }.sorted()
        guard !names.isEmpty else { return "- {}\n" }
        let lines = names.flatMap { Self.lines(field: $0, kept[$0] ?? .null) }
        return lines.enumerated().map { ($0.offset == 0 ? "- " : "  ") + $0.element + "\n" }.joined()
    }

    /// An object in the block style, everything else in one line.
    private static func lines(field: String, _ value: JSONValue) -> [String] {
        guard case .object(let inner) = value, !inner.isEmpty else { return ["\(name(field)): \(inline(value))"] }
        return ["\(name(field)):"]
            + inner.sorted { $0.key < $1.key }.flatMap { lines(field: $0.key, $0.value) }.map { "  \($0)" }
    }

    private static func inline(_ value: JSONValue) -> String {
        if case .string(let text) = value { return isPlain(text) ? text : quoted(text) }
        return flow(value)
    }

    /// A value in the flow style, in which commas and brackets end a plain text.
    private static func flow(_ value: JSONValue) -> String {
        switch value {
        case .null, .bool, .integer, .number: return value.text
        case .string(let text): return name(text)
        case .array(let values): return "[\(values.map(flow).joined(separator: ", "))]"
        case .object(let fields):
            let members = fields.sorted { $0.key < $1.key }.map { "\(name($0.key)): \(flow($0.value))" }
            return "{\(members.joined(separator: ", "))}"
        }
    }

    /// The name of a field, or a text in the flow style.
    private static func name(_ text: String) -> String {
        let isName = text.utf8.allSatisfy { isLetterOrDigit($0) || "_-./".utf8.contains($0) }
        return isName && isPlain(text) ? text : quoted(text)
    }

    /// Whether the text is itself when it is written without quotes, in YAML 1.1 as in YAML 1.2.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetterOrDigit(first) || first == UInt8(ascii: "/"),
            !isDigit(first), text.utf8.last != UInt8(ascii: " "), text.utf8.last != UInt8(ascii: ":"),
            !wordsOfYAML.contains(text.lowercased()), !text.contains(": ")
        else { return false }
        return text.utf8.allSatisfy { isLetterOrDigit($0) || " _-./:()*?,+=@%~&;".utf8.contains($0) }
    }

    private static let wordsOfYAML: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]

    private static func quoted(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), text.utf8.contains(where: isEscapedInDoubleQuotes) {
            return "'\(text.replacing("'", with: "''"))'"
        }
        return "\"\(text.unicodeScalars.map(escaped).joined())\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case _ where isWritten(scalar): String(scalar)
        default: escape(scalar.value)
        }
    }

    private static func escape(_ code: UInt32) -> String {
        let (letter, width) = code > 0xFFFF ? ("U", 8) : ("u", 4)
        let digits = String(code, radix: 16)
        return "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits
    }

    /// Whether a character may be in the file as it is. Those that set the direction of text, or that nobody sees, may
    /// not.
    private static func isWritten(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
        default: true
        }
    }

    private static func isEscapedInDoubleQuotes(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
