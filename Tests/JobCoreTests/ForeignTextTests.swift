import JobCore
import Testing

@Suite struct `A text of others` {
    @Test(arguments: [
        ("plain text, grüße", "plain text, grüße"), ("", ""), ("two\nlines\r\n", "two lines  "), ("a\tb", "a b"),
        ("a\0b", "ab"), ("\u{1B}[31mred\u{7F}", "[31mred"), ("a\u{85}b", "a b"), ("a\u{9B}b", "ab"),
        ("a\u{202E}b\u{2066}c\u{200B}d\u{FEFF}", "abcd"), ("a\u{2028}b\u{2029}c", "a b c"), ("a\u{E0041}b", "ab"),
    ])
    func `is cleaned to one line of printable characters`(text: String, cleaned: String) {
        #expect(ForeignText.cleaned(text) == cleaned)
    }

    @Test(arguments: [
        (String(repeating: "x", count: 1_024), 1_024), (String(repeating: "x", count: 1_025), 1_024),
        (String(repeating: "ü", count: 600), 1_024), ("a" + String(repeating: "ü", count: 600), 1_023),
        (String(repeating: "🦋", count: 300), 1_024), ("abc" + String(repeating: "🦋", count: 300), 1_023),
    ])
    func `is cut to 1 KiB with no scalar cut in two`(text: String, bytes: Int) {
        let cleaned = ForeignText.cleaned(text)
        #expect(cleaned.utf8.count == bytes && text.hasPrefix(cleaned))
    }

    @Test(arguments: Array(900...1_040)) func `shows no part of a token at the border`(count: Int) {
        let token = "v1.main." + String(repeating: "A", count: 32) + "." + String(repeating: "b", count: 43)
        let cleaned = ForeignText.cleaned(String(repeating: "x", count: count) + token)
        #expect(!cleaned.contains("A") && !cleaned.contains("b") && !cleaned.contains("v1"))
    }

    @Test func `with a token in UTF-16 shows nothing of it`() {
        let token = "v1.main." + String(repeating: "A", count: 32) + "." + String(repeating: "b", count: 43)
        let bytes = token.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        #expect(ForeignText.cleaned(String(decoding: bytes, as: UTF8.self)) == "***")
    }
}
