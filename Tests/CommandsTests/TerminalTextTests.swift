import Commands
import JSON
import Testing

@Suite struct `Text for a terminal` {
    @Test(arguments: [
        ("plain", "plain"), ("ünïcode 🎉 👩‍👩‍👧 日本", "ünïcode 🎉 👩‍👩‍👧 日本"), ("", ""),
        ("a\u{1B}[2Jb", "a\\u001b[2Jb"), ("\u{1B}]0;title\u{7}", "\\u001b]0;title\\u0007"),
        ("a\nb", "a\\nb"), ("a\r\nb", "a\\r\\nb"), ("a\tb", "a\\tb"), ("\u{0}", "\\u0000"), ("\u{8}", "\\u0008"),
        ("\u{7F}", "\\u007f"), ("\u{9B}31m", "\\u009b31m"), ("\u{80}\u{85}\u{9F}", "\\u0080\\u0085\\u009f"),
        ("\u{A0}", "\u{A0}"), ("\u{2028}\u{2029}", "\\u2028\\u2029"),
        ("\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}", "\\u202a\\u202b\\u202c\\u202d\\u202e"),
        ("\u{2066}\u{2067}\u{2068}\u{2069}", "\\u2066\\u2067\\u2068\\u2069"),
        ("\u{200E}\u{200F}\u{61C}", "\\u200e\\u200f\\u061c"), ("C:\\x", "C:\\x"),
    ])
    func `has no character that controls the terminal or the direction of text`(text: String, shown: String) {
        #expect(TerminalText.escaped(text) == shown)
    }

    @Test func `keeps every control character of JSON inside its strings, with the same value`() throws {
        let scalars = (0...0x2100).compactMap(Unicode.Scalar.init).map(Character.init)
        let value = JSONValue.object(["a": .string(String(scalars)), "b\u{202E}\u{9B}": .integer(1)])
        let shown = TerminalText.escaped(value.text)
        #expect(try JSONValue(parsing: Array(shown.utf8)) == value)
        #expect(shown.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0 != "\u{202E}" })
    }

    @Test func `is aligned in a table, cell by cell in one line, and never cut`() {
        let lines = TextTable.lines(
            ["NAME", "STATE"], [["🎉🎉🎉🎉🎉", "a\nb"], ["x", ""], ["longer than the header", "\u{1B}"]])
        #expect(
            lines == [
                "NAME                    STATE", "🎉🎉🎉🎉🎉              a\\nb", "x",
                "longer than the header  \\u001b",
            ])
        #expect(TextTable.padded("abc", to: 2) == "abc" && TextTable.padded("ab", to: 4) == "ab  ")
    }
}
