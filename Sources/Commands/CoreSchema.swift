import JSON

/// What a plain scalar stands for in YAML 1.2: the core schema (YAML 1.2.2, section 10.3), exactly.
///
/// `0600` is the number 600, `0o14` is 12 and `0x1F` is 31. `1_000`, `1:00:00`, `yes`, `on` and `2001-12-14`, which
/// YAML 1.1 took for numbers, booleans and times, are text.
enum CoreSchema {
    /// Why a scalar can't be a JSON value.
    struct Fault: Error, Equatable {
        var message: String
    }

    /// The value of a plain scalar without a tag. Throws for a number that JSON doesn't have.
    static func value(ofPlain text: String) throws(Fault) -> JSONValue {
        // Most scalars, and all names, are words that begin with another letter.
        if let first = text.utf8.first, isLetter(first), !"tTfFnN".utf8.contains(first) { return .string(text) }
        if isNull(text) { return .null }
        if let flag = bool(text) { return .bool(flag) }
        if let number = try integer(text) { return number }
        return try float(text).map(JSONValue.number) ?? .string(text)
    }

    /// The value of a scalar with an explicit tag. Throws for a text that the tag doesn't fit, and for tags that the
    /// core schema doesn't have.
    static func value(of text: String, tag: String) throws(Fault) -> JSONValue {
        let value: JSONValue? =
            switch tag {
            case "!", "tag:yaml.org,2002:str": .string(text)
            case "tag:yaml.org,2002:null": isNull(text) ? .null : nil
            case "tag:yaml.org,2002:bool": bool(text).map(JSONValue.bool)
            case "tag:yaml.org,2002:int": try integer(text)
            case "tag:yaml.org,2002:float": try float(text).map(JSONValue.number)
            default: throw unknownTag(tag)
            }
        guard let value else {
            throw Fault(message: "“\(text.prefix(64))” is not what the tag \(shown(tag)) stands for")
        }
        return value
    }

    /// The mistake of a tag that is not of the core schema, or not one for this kind of value.
    static func unknownTag(_ tag: String) -> Fault {
        Fault(message: "the tag \(shown(tag)) is not supported here: remove it")
    }

    private static func shown(_ tag: String) -> String {
        let standard = "tag:yaml.org,2002:"
        return String((tag.hasPrefix(standard) ? "!!" + tag.dropFirst(standard.count) : tag).prefix(64))
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isNull(_ text: String) -> Bool { ["", "~", "null", "Null", "NULL"].contains(text) }

    private static func bool(_ text: String) -> Bool? {
        switch text {
        case "true", "True", "TRUE": true
        case "false", "False", "FALSE": false
        default: nil
        }
    }

    /// `[-+]?[0-9]+`, `0o[0-7]+` or `0x[0-9a-fA-F]+`. Nil for another text.
    private static func integer(_ text: String) throws(Fault) -> JSONValue? {
        for (prefix, radix) in [("0o", 8), ("0x", 16)] where text.hasPrefix(prefix) {
            let digits = text.dropFirst(2)
            let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { isDigit($0, radix: radix) }
            guard isNumber else { return nil }
            guard let number = Int64(digits, radix: radix) else { throw tooLarge(text) }
            return .integer(number)
        }
        let digits = withoutSign(text)
        guard !digits.isEmpty, digits.allSatisfy({ isDigit($0, radix: 10) }) else { return nil }
        if let number = Int64(text) { return .integer(number) }
        // As in JSON: a number that Int64 doesn't hold.
        return try finite(text).map(JSONValue.number)
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`. Nil for another text. Throws for an infinity, which is
    /// `[-+]?(\.inf|\.Inf|\.INF)`, and for `\.nan|\.NaN|\.NAN`.
    private static func float(_ text: String) throws(Fault) -> Double? {
        var rest = withoutSign(text)
        if [".inf", ".Inf", ".INF"].contains(String(rest)) || [".nan", ".NaN", ".NAN"].contains(text) {
            throw Fault(message: "JSON has no number \(text): write it in quotes if it is text")
        }
        let whole = takeDigits(&rest)
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = takeDigits(&rest)
        }
        guard whole + fraction > 0 else { return nil }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
            guard takeDigits(&rest) > 0 else { return nil }
        }
        return rest.isEmpty ? try finite(text) : nil
    }

    private static func finite(_ text: String) throws(Fault) -> Double? {
        guard let number = Double(text) else { return nil }
        guard number.isFinite else { throw tooLarge(text) }
        return number
    }

    private static func tooLarge(_ text: String) -> Fault {
        Fault(message: "the number \(text.prefix(64)) is too large: write it in quotes if it is text")
    }

    private static func withoutSign(_ text: String) -> Substring.UTF8View {
        let hasSign = text.utf8.first == UInt8(ascii: "-") || text.utf8.first == UInt8(ascii: "+")
        return text.dropFirst(hasSign ? 1 : 0).utf8
    }

    private static func takeDigits(_ rest: inout Substring.UTF8View) -> Int {
        let digits = rest.prefix { isDigit($0, radix: 10) }
        rest = rest[digits.endIndex...]
        return digits.count
    }

    private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0")) < radix
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): radix == 16
        default: false
        }
    }
}
