import JSON

/// Random values, the many texts of a value, and small changes to a text.
struct RandomJSON {
    var random: SplitMix64

    private static let pieces = [
        "a", "b", "Z", "0", " ", "/", "\"", "\\", "\n", "\u{0}", "\u{1f}", "\u{7f}", "é", "ß", "€", "\u{2028}", "😀",
        "longer text",
        "{", "]", ",", ":",
    ]

    /// Bytes that are likely to change the meaning of a text.
    private static let bytes =
        Array("{}[]\",:\\ntfu0123456789.eE+- \t\r\n/'x".utf8) + [0, 0x1F, 0x7F, 0x80, 0xC3, 0xED, 0xFF]

    mutating func value(depth: Int = 0) -> JSONValue {
        switch random.below(depth < 4 ? 9 : 6) {
        case 0: return .null
        case 1: return .bool(random.below(2) == 0)
        case 2: return .integer(random.pick([0, 1, -1, .max, .min, Int64.random(in: .min ... .max, using: &random)]))
        case 3:
            let bits = Double(bitPattern: random.next())
            return .number(random.pick([0.5, -1e300, 1e-300, 123.456, bits.isFinite ? bits : 2.5]))
        case 4, 5: return .string(string())
        case 6: return .array((0..<random.below(5)).map { _ in value(depth: depth + 1) })
        default:
            var fields: [String: JSONValue] = [:]
            for _ in 0..<random.below(5) { fields[string()] = value(depth: depth + 1) }
            return .object(fields)
        }
    }

    mutating func string() -> String {
        (0..<random.below(6)).map { _ in random.pick(Self.pieces) }.joined()
    }

    /// A text of the value with random spaces and escapes.
    mutating func text(_ value: JSONValue) -> String {
        let body =
            switch value {
            case .array(let elements): "[" + elements.map { text($0) }.joined(separator: ",") + space() + "]"
            case .object(let fields):
                "{"
                    + fields.sorted { $0.key < $1.key }
                    .map { "\(space())\(quoted($0.key))\(space()):\(text($0.value))" }.joined(separator: ",") + space()
                    + "}"
            case .string(let string): quoted(string)
            default: value.text
            }
        return space() + body + space()
    }

    private mutating func space() -> String { random.pick(["", "", "", "", " ", "\n", "\t", "\r\n  "]) }

    private mutating func quoted(_ string: String) -> String {
        var result = "\""
        for scalar in string.unicodeScalars {
            let isSpecial = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            guard isSpecial || random.below(8) == 0 else {
                result.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16, uppercase: random.below(2) == 0)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result + "\""
    }

    /// The text with one to three bytes inserted, removed, replaced or copied.
    mutating func mutated(_ text: [UInt8]) -> [UInt8] {
        var text = text
        for _ in 0...random.below(3) {
            let index = random.below(text.count + 1)
            switch random.below(4) {
            case 0: text.insert(random.pick(Self.bytes), at: index)
            case 1 where index < text.count: text.remove(at: index)
            case 2 where index < text.count: text[index] = random.pick(Self.bytes)
            default:
                let end = min(text.count, index + random.below(6))
                text.insert(contentsOf: text[index..<end], at: random.below(text.count + 1))
            }
        }
        return text
    }
}
