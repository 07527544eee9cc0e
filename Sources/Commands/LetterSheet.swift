import Foundation
public import JSON
import JobCore

/// All that `belfry dead peek` shows of a letter, in lines. Tokens in it are masked, since anyone who has one can
/// report for a run.
public enum LetterSheet {
    /// How much of a body that is no text is shown.
    private static let hexBytesMax = 512
    private static let names: [(field: String, shown: String)] = [
        ("id", "id"), ("queue", "queue"), ("reason", "reason"), ("error", "error"), ("attempts", "attempts"),
        ("replays", "replays"), ("first_dead_at", "first dead at"), ("last_dead_at", "last dead at"),
        ("message_id", "message id"), ("service_name", "service"), ("job_name", "job"),
        ("execution_id", "execution"), ("copies", "copies"),
    ]

    /// The lines for a letter with its body, as the API shows it. What the letter lacks is left out.
    public static func lines(_ letter: JSONValue) -> [String] {
        var lines = names.compactMap { name in letter.fieldText(name.field).map { "\(name.shown): \($0)" } }
        lines.append("origin: \(origin(letter))")
        if case .object(let headers) = letter.field("headers"), !headers.isEmpty {
            lines.append("headers:")
            lines += headers.keys.sorted().map { "  \($0): \(letter.field("headers")?.fieldText($0) ?? "null")" }
        }
        return (lines + body(letter)).map(TokenMask.masked)
    }

    private static func origin(_ letter: JSONValue) -> String {
        guard let origin = letter.field("origin") else { return "unknown" }
        return ["exchange", "routing_key", "queue"].map { field in
            "\(field.replacing("_", with: " ")) \(origin.fieldText(field) ?? "unknown")"
        }.joined(separator: ", ")
    }

    private static func body(_ letter: JSONValue) -> [String] {
        let size = "\(letter.fieldText("body_bytes") ?? "?") bytes"
        let cut = letter.field("body_is_cut") == .bool(true) ? ", only the beginning is shown" : ""
        if case .string(let text)? = letter.field("body") {
            guard !text.isEmpty else { return ["body: empty"] }
            if let value = try? JSONValue(parsing: Array(text.utf8), limits: .trusted) {
                return ["body: \(size), JSON\(cut)"] + indented(value)
            }
            return ["body: \(size), text\(cut)"] + split(text)
        }
        guard case .string(let text)? = letter.field("body_base64"), let bytes = Data(base64Encoded: text) else {
            return ["body: \(size), not in the answer"]
        }
        let isLonger = bytes.count > hexBytesMax
        return ["body: \(size), not UTF-8\(isLonger ? ", the first \(hexBytesMax) bytes" : cut)"]
            + HexDump.lines(bytes.prefix(hexBytesMax)).map { "  \($0)" }
    }

    private static func indented(_ value: JSONValue) -> [String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? value.text
        return split(text)
    }

    private static func split(_ text: String) -> [String] {
        text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { "  \(String($0))" }
    }
}
