/// Finds callback tokens in a text and puts `***` in their place.
///
/// Anything of a token's shape counts, with a valid signature or not: `v1`, a key's id, and base64url, with dots
/// between them.
/// Any of its characters may be percent-encoded, or escaped as in JSON or HTML, also several times over: a service may
/// echo the callback URL in any of these ways.
///
///     TokenMask.masked("no route for /callback/v1.main.AAAA…")  // "no route for /callback/***"
public struct TokenMask {
    /// The execution's id alone takes 22 characters, and nothing behind fewer than these can be a secret.
    private static let payloadLengthMin = 16
    private static let keyIDLengthMax = 32
    /// How often an escape may itself be escaped. The bound keeps the time in proportion to the text.
    private static let escapeDepthMax = 8
    private static let backslashesMax = 16
    /// The longest escape of one character, in bytes.
    private static let escapeLengthMax = 2 * escapeDepthMax + backslashesMax

    private let bytes: [UInt8]

    private init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The text without tokens.
    public static func masked(_ text: String) -> String {
        let mask = TokenMask(text)
        var kept: [UInt8] = []
        var (index, copiedTo) = (0, 0)
        while index < mask.bytes.count {
            guard let end = mask.endOfToken(at: index) else {
                index += 1
                continue
            }
            kept += mask.bytes[copiedTo..<index] + Array("***".utf8)
            (index, copiedTo) = (end, end)
        }
        return copiedTo == 0 ? text : String(decoding: kept + mask.bytes[copiedTo...], as: UTF8.self)
    }

    /// Where the token ends that begins at this place; nil if none does. A token that is cut off by the end of the text
    /// is one, too.
    private func endOfToken(at start: Int) -> Int? {
        guard bytes[start] == UInt8(ascii: "v") || Self.beginsEscape(bytes[start]) else { return nil }
        var index = start
        guard take("v", &index), take("1", &index), take(".", &index),
            (1...Self.keyIDLengthMax).contains(takeRun(&index, lengthMax: Self.keyIDLengthMax)), take(".", &index)
        else { return nil }
        let payloadLength = takeRun(&index)
        guard payloadLength >= (isCutOff(at: index) ? 1 : Self.payloadLengthMin) else { return nil }
        var next = index
        if take(".", &next), takeRun(&next) > 0 { index = next }
        return index
    }

    /// Whether the text ends here, or in an escape that begins here.
    private func isCutOff(at index: Int) -> Bool {
        let rest = bytes[index...]
        return rest.isEmpty || rest.count <= Self.escapeLengthMax && Self.beginsEscape(bytes[index])
    }

    private static func beginsEscape(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "&")
    }

    private func take(_ wanted: Unicode.Scalar, _ index: inout Int) -> Bool {
        guard let (byte, end) = character(at: index), byte == UInt8(ascii: wanted) else { return false }
        index = end
        return true
    }

    /// Takes characters of base64url, and returns how many.
    private func takeRun(_ index: inout Int, lengthMax: Int = .max) -> Int {
        var length = 0
        while length < lengthMax, let (byte, end) = character(at: index) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                (length, index) = (length + 1, end)
            default: return length
            }
        }
        return length
    }

    /// The character at a place, escaped or not, and where the next one begins; nil at the end.
    private func character(at index: Int) -> (UInt8, Int)? {
        guard index < bytes.count else { return nil }
        let escaped: (UInt8, Int)? =
            switch bytes[index] {
            case UInt8(ascii: "%"): percentEncoded(at: index)
            case UInt8(ascii: "\\"): escapedAsInJSON(at: index)
            case UInt8(ascii: "&"): escapedAsInHTML(at: index)
            default: nil
            }
        return escaped ?? (bytes[index], index + 1)
    }

    /// `%2E`, and `%252E` where the percent sign is encoded, too.
    private func percentEncoded(at index: Int) -> (UInt8, Int)? {
        var (next, depth) = (index + 1, 0)
        while let value = number(at: next, digits: 2, radix: 16) {
            next += 2
            depth += 1
            let isNested = value == 0x25 && number(at: next, digits: 2, radix: 16) != nil
            if !isNested || depth == Self.escapeDepthMax { return (value, next) }
        }
        return nil
    }

    /// `\u002e` and `\x2e`, also with several backslashes.
    private func escapedAsInJSON(at index: Int) -> (UInt8, Int)? {
        let slashes = bytes[index...].prefix(Self.backslashesMax).prefix { $0 == UInt8(ascii: "\\") }.count
        let kind = index + slashes
        guard kind < bytes.count, let digits = [UInt8(ascii: "u"): 4, UInt8(ascii: "x"): 2][bytes[kind]],
            let value = number(at: kind + 1, digits: digits, radix: 16)
        else { return nil }
        return (value, kind + 1 + digits)
    }

    /// `&#46;` and `&#x2e;`.
    private func escapedAsInHTML(at index: Int) -> (UInt8, Int)? {
        guard index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "#") else { return nil }
        let isHexadecimal = bytes[index + 2] | 0x20 == UInt8(ascii: "x")
        let start = index + (isHexadecimal ? 3 : 2)
        guard start < bytes.count, let end = bytes[start...].prefix(8).firstIndex(of: UInt8(ascii: ";")),
            let value = number(at: start, digits: end - start, radix: isHexadecimal ? 16 : 10)
        else { return nil }
        return (value, end + 1)
    }

    /// A number of exactly these digits; nil if there is none or it is no character of a token.
    private func number(at index: Int, digits: Int, radix: Int) -> UInt8? {
        guard digits > 0, index + digits <= bytes.count else { return nil }
        let text = bytes[index..<(index + digits)]
        guard text.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        return UInt8(String(decoding: text, as: UTF8.self), radix: radix)
    }
}
