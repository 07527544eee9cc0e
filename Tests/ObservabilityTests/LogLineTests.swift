import JSON
import JobCore
import Logging
import Testing

@testable import Observability

@Suite struct `A log line` {
    private static func line(_ message: String = "job put", _ fields: Logger.Metadata = [:]) -> LogLine {
        LogLine(time: "2026-11-26T06:14:15.776Z", level: .info, program: "consoled", message: message, fields: fields)
    }

    private static let begin = "2026-11-26T06:14:15.776Z info consoled: "

    @Test func `has the time, the level, the program, the message and the fields by name`() {
        let line = Self.line("job put", ["new": "true", "by": "deploy", "job": "billing/send-invoices"])
        #expect(line.text == Self.begin + "job put by=deploy job=billing/send-invoices new=true")
        let expected =
            #"{"time":"2026-11-26T06:14:15.776Z","level":"info","program":"consoled","message":"job put","#
            + #""by":"deploy","job":"billing/send-invoices","new":"true"}"#
        #expect(line.json == expected)
    }

    /// What others wrote, and how it is written between quotes.
    private static let hostile: [(String, String)] = [
        ("a b", "a b"), (#"x" admin="yes"#, #"x\" admin=\"yes"#), (#"end\"#, #"end\\"#), ("a=b", "a=b"), ("", ""),
        ("two\nlines", #"two\nlines"#), ("two\r\nlines", #"two\r\nlines"#), ("a\tb", #"a\tb"#), ("a\0b", #"a\u0000b"#),
        ("\u{1B}[2K", #"\u001b[2K"#), ("a\u{7F}b", #"a\u007fb"#), ("a\u{85}b", #"a\u0085b"#),
        ("a\u{9B}2Kb", #"a\u009b2Kb"#), ("a\u{202E}b", #"a\u202eb"#), ("a\u{2066}b", #"a\u2066b"#),
        ("a\u{200F}b", #"a\u200fb"#), ("a\u{2028}b", #"a\u2028b"#), ("a\u{2029}b", #"a\u2029b"#),
        ("a\u{FEFF}b", #"a\ufeffb"#), ("a\u{E0041}b", #"a\udb40\udc41b"#), ("a\u{A0}b", "a\u{A0}b"),
        ("a\u{3000}=b", "a\u{3000}=b"), ("\"\u{301}", "\\\"\u{301}"),
    ]

    @Test(arguments: hostile) func `quotes a value that could be taken for more`(value: String, quoted: String) {
        let line = Self.line("m", ["error": "\(value)", "next": "1"])
        #expect(line.text == Self.begin + "m error=\"\(quoted)\" next=1")
    }

    @Test(arguments: hostile.filter { $0.0 != "" && $0.0 != "a b" })
    func `quotes a message that could be taken for fields or for a line`(message: String, quoted: String) {
        #expect(Self.line(message, ["next": "1"]).text == Self.begin + "\"\(quoted)\" next=1")
    }

    @Test(arguments: hostile) func `is as JSON what was logged, with nothing unprintable in it`(
        text: String, quoted: String
    ) throws {
        let line = Self.line(text, ["error": "\(text)"]).json
        let value = try JSONValue(parsing: Array(line.utf8))
        guard case .object(let fields) = value else { throw Unexpected() }
        #expect(fields["message"] == .string(text) && fields["error"] == .string(text) && fields.count == 5)
        #expect(!line.unicodeScalars.contains { ForeignText.isUnprintable($0) })
    }

    private struct Unexpected: Error {}

    @Test(arguments: ["grüße", "日本語", "a/b", "“a”", "1.5", "[1,2]", "a:b", "***"])
    func `leaves other values bare`(value: String) {
        #expect(Self.line("m", ["a": "\(value)"]).text == Self.begin + "m a=\(value)")
    }

    @Test func `keeps its own names, and the form of a name`() {
        let line = Self.line("m", ["message": "forged", "time": "now", "a b=\"\n": "x"])
        #expect(line.json.contains(#""message":"m","#) && line.json.contains(#""message_":"forged""#))
        #expect(line.json.contains(#""time_":"now""#))
        #expect(line.text.contains(#" a_b___=x "#))
    }

    @Test func `masks callback tokens, in whatever field they are`() {
        let token = "v1.main." + String(repeating: "A", count: 32) + "." + String(repeating: "b", count: 43)
        let line = Self.line("got \(token)", ["path": "/callback/\(token)", "list": ["\(token)"]])
        for text in [line.text, line.json] {
            #expect(!text.contains("AAAA") && !text.contains("bbbb") && text.contains("/callback/***"))
        }
    }

    @Test func `cuts a long value on a character boundary`() {
        let line = Self.line("m", ["a": "\(String(repeating: "ü", count: 2_000))", "b": "1"])
        #expect(line.text == Self.begin + "m a=\(String(repeating: "ü", count: 1_024))… b=1")
        #expect(line.json.utf8.count < 2_300)
    }
}
