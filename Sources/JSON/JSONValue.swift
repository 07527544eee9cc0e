/// Any JSON value.
///
/// ```swift
/// let value = try JSONValue(parsing: Array(#"{"attempts": 3}"#.utf8))
/// value == .object(["attempts": .integer(3)])  // true
/// value.text                                   // {"attempts":3}
/// ```
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number without a fraction and without an exponent that fits Int64.
    case integer(Int64)
    /// Every other number.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads a JSON text in UTF-8 that anybody may have written.
    ///
    /// Throws the first fault in the text, with its position. The time is linear in the number of bytes.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        self = try JSONDocument(bytes, limits: limits).value(at: 0)
    }

    /// The kind of value in the words of an error message.
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

    /// The value as JSON text without spaces, its names sorted. `null` if a number inside is not finite, which no
    /// number from a JSON text is.
    public var text: String {
        guard let bytes = try? JSONWriter.bytes(of: self) else { return "null" }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONValue: Codable {
    /// Takes any value that the decoder has. Throws what the decoder throws for a value of no JSON type.
    public init(from decoder: any Decoder) throws {
        if let decoder = decoder as? NodeDecoder {
            self = decoder.document.value(at: decoder.node)
            return
        }
        // Other decoders do not show the type of a value, so each type is tried.
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([String: JSONValue].self) {
            self = .object(value)
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

    /// Throws `EncodingError` for a number that is not finite.
    public func encode(to encoder: any Encoder) throws {
        if let encoder = encoder as? ValueEncoder { return try encoder.writer.write(self) }
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
