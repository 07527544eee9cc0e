internal import FoundationEssentials

/// Any JSON value, for documents whose every mistake is to be named.
public enum JSONValue: Sendable, Equatable, Codable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// What kind of value this is, in the words of an error message.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// Reads JSON that someone else wrote. Throws when it is not UTF-8 JSON or nests deeper than 32 levels.
    public static func parse(_ bytes: [UInt8]) throws(InvalidDocument) -> JSONValue {
        // Decoders take UTF-16 as well, in which the depth below can't be seen.
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw InvalidDocument(
                [
                    FieldError(
                        field: "", code: .invalid, message: "The body is not UTF-8.",
                        hint: "Send one JSON object in UTF-8.")
                ],
                isUnreadable: true)
        }
        guard nestingDepth(bytes) <= 32 else {
            throw InvalidDocument(
                [FieldError(field: "", code: .invalid, message: "The JSON nests deeper than 32 levels.")],
                isUnreadable: true)
        }
        do {
            // What is nearly always meant, without first trying the others.
            let isObject = bytes.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
            if isObject { return .object(try JSONDecoder().decode([String: JSONValue].self, from: Data(bytes))) }
            return try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            throw InvalidDocument(
                [
                    FieldError(
                        field: "", code: .invalid, message: "The body is not JSON.",
                        hint: "Send one JSON object in UTF-8.")
                ],
                isUnreadable: true)
        }
    }

    /// The value as JSON text with sorted keys.
    public var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Every case is encodable, but a number that is not finite; none is ever read.
        guard let data = try? encoder.encode(self) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }

    /// The deepest nesting, found before a decoder recurses into it.
    private static func nestingDepth(_ bytes: [UInt8]) -> Int {
        var depth = 0
        var deepest = 0
        var isInString = false
        var isEscaped = false
        for byte in bytes {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return deepest
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // Strings and objects first: a decoding that fails costs far more than one that succeeds.
        if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([String: JSONValue].self) {
            self = .object(value)
        } else if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else {
            self = .array(try container.decode([JSONValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
