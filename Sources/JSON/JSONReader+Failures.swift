extension JSONReader {
    func failure(_ message: String, at offset: Int, _ code: JSONError.Code = .syntax) -> JSONError {
        JSONError(code, message, offset: offset, in: bytes)
    }

    /// The error for a byte that the grammar does not allow at this place.
    func unexpected(_ expectation: String, _ text: Span<UInt8>, at offset: Int? = nil) -> JSONError {
        let offset = offset ?? position
        if offset < text.count, text[offset] >= 0x80, UTF8Sequence.length(in: text, at: offset) == nil {
            return notUTF8(text, at: offset)
        }
        return failure("\(expectation), found \(found(text, at: offset))", at: offset)
    }

    func notUTF8(_ text: Span<UInt8>, at offset: Int) -> JSONError {
        failure("\(byteInWords(text[offset])) does not begin a valid UTF-8 sequence", at: offset, .notUTF8)
    }

    /// The character at the position, in the words of an error message.
    func found(_ text: Span<UInt8>, at offset: Int? = nil) -> String {
        let offset = offset ?? position
        guard offset < text.count else { return "the end of the text" }
        switch text[offset] {
        case UInt8(ascii: "\""): return "a double quote"
        case UInt8(ascii: " ")...UInt8(ascii: "~"): return "\"\(Character(Unicode.Scalar(text[offset])))\""
        case 0x80...:
            let length = UTF8Sequence.length(in: text, at: offset) ?? 1
            return "\"\(String(decoding: bytes[offset..<offset + length], as: UTF8.self))\""
        default: return byteInWords(text[offset])
        }
    }

    private func byteInWords(_ byte: UInt8) -> String {
        let digits = [HexDigit.byte(byte >> 4), HexDigit.byte(byte & 0x0F)]
        return "the byte 0x" + String(decoding: digits, as: UTF8.self).uppercased()
    }
}
