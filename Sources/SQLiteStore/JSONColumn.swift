internal import FoundationEssentials

/// JSON in a column: the only place that knows which reader and writer serve it.
enum JSONColumn {
    private static let decoder = JSONDecoder()
    private static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    /// Throws `DecodingError` when `text` is not JSON or not a `Value`.
    static func value<Value: Decodable>(of text: String) throws -> Value {
        try decoder.decode(Value.self, from: Data(text.utf8))
    }

    static func text(of value: some Encodable) throws -> String {
        String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
