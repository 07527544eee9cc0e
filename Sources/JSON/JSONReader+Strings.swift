extension JSONReader {
    /// The content of a string, between its quotes.
    struct StringContent {
        var start: Int
        var end: Int
        var hasEscapes = false
        var isASCII = true
    }

    /// Reads the string whose opening quote is at the position. Every byte and escape is checked here, so the content
    /// can be decoded later without a check.
    mutating func readString(_ text: Span<UInt8>) throws(JSONError) -> StringContent {
        let start = position + 1
        var content = StringContent(start: start, end: start)
        var index = start
        while true {
            index = UnescapedRun.endOfASCII(in: text, from: index)
            guard index < text.count else {
                let line = failure("", at: position).line
                throw failure("the text ends inside a string, which begins on line \(line)", at: index)
            }
            switch text[index] {
            case UInt8(ascii: "\""):
                content.end = index
                position = index + 1
                return content
            case UInt8(ascii: "\\"):
                content.hasEscapes = true
                index = try endOfEscape(at: index, text)
            case 0x80...:
                content.isASCII = false
                guard let length = UTF8Sequence.length(in: text, at: index) else { throw notUTF8(text, at: index) }
                index += length
            default:
                throw failure("\(found(text, at: index)) stands in a string without an escape", at: index)
            }
        }
    }

    /// Checks the escape that begins at the backslash `start`. A pair of surrogates is one escape.
    private func endOfEscape(at start: Int, _ text: Span<UInt8>) throws(JSONError) -> Int {
        guard start + 1 < text.count else { throw failure("the text ends inside an escape", at: text.count) }
        switch text[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 2
        case UInt8(ascii: "u"): break
        default: throw unexpected("expected an escape such as \\n after the backslash", text, at: start + 1)
        }
        let unit = try codeUnit(at: start, text)
        guard unit & 0xF800 == 0xD800 else { return start + 6 }
        guard unit < 0xDC00, start + 7 < text.count, text[start + 6] == UInt8(ascii: "\\"),
            text[start + 7] == UInt8(ascii: "u"), try codeUnit(at: start + 6, text) & 0xFC00 == 0xDC00
        else { throw failure("half of a surrogate pair stands without the other half", at: start) }
        return start + 12
    }

    /// The four hexadecimal digits of the `\u` escape at `start`.
    private func codeUnit(at start: Int, _ text: Span<UInt8>) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for index in start + 2..<start + 6 {
            guard index < text.count, let digit = HexDigit.value(text[index]) else {
                throw unexpected("expected four hexadecimal digits after \\u", text, at: index)
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}

/// The hexadecimal digits of `\u` escapes.
enum HexDigit {
    static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The digit of a value from 0 to 15.
    static func byte(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

/// The multi-byte sequences of UTF-8 (RFC 3629, section 4).
enum UTF8Sequence {
    /// The length of the valid sequence that begins at `start` with a byte from 0x80. Nil for an overlong sequence, a
    /// surrogate, a scalar above U+10FFFF, a truncated sequence or a continuation byte without a lead byte.
    static func length(in text: Span<UInt8>, at start: Int) -> Int? {
        let lead = text[start]
        guard start + 1 < text.count else { return nil }
        let second = text[start + 1]
        let length: Int
        switch (lead, second) {
        case (0xC2...0xDF, 0x80...0xBF): return 2
        case (0xE0, 0xA0...0xBF), (0xE1...0xEC, 0x80...0xBF), (0xED, 0x80...0x9F), (0xEE...0xEF, 0x80...0xBF):
            length = 3
        case (0xF0, 0x90...0xBF), (0xF1...0xF3, 0x80...0xBF), (0xF4, 0x80...0x8F): length = 4
        default: return nil
        }
        guard start + length <= text.count else { return nil }
        for index in start + 2..<start + length where text[index] & 0xC0 != 0x80 { return nil }
        return length
    }
}
