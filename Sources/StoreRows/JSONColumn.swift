import JSON

/// JSON in a column: the only place that knows which reader and writer serve it.
package enum JSONColumn {
    /// Throws `JSONError` when `text` is not JSON or not a `Value`.
    package static func value<Value: Decodable>(of text: String) throws -> Value {
        try JSONDecoding.decode(Value.self, from: Array(text.utf8), limits: .trusted)
    }

    /// Throws `EncodingError` for a floating-point number that is not finite.
    package static func text(of value: some Encodable) throws -> String {
        String(decoding: try JSONWriter.bytes(of: value), as: UTF8.self)
    }
}
