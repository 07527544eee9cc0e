/// Decodes types from JSON.
///
/// A text is read once into a flat list, out of which the type takes its fields: no tree of dictionaries is built.
/// The rules are those of Foundation's `JSONDecoder` with its default strategies, but for its special treatment of
/// `Data`, `Decimal` and `URL`, and but for the text: only strict RFC 8259 is read.
public enum JSONDecoding {
    /// Decodes a value from a JSON text in UTF-8.
    ///
    /// ```swift
    /// struct Heartbeat: Decodable { var id: String, sequence: Int64 }
    /// let heartbeat = try JSONDecoding.decode(Heartbeat.self, from: body)
    /// ```
    ///
    /// Throws a fault of the text (`syntax`, `not_utf8`, `duplicate_name` or a limit), or the first value that the type
    /// refuses (`wrong_type`, `missing_field`, `number_out_of_range`, `invalid_value`) with its path.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], limits: JSONLimits = .standard
    ) throws(JSONError) -> Value {
        let document = try JSONDocument(bytes, limits: limits)
        do {
            return try document.decode(type, at: 0)
        } catch {
            throw document.explained(error)
        }
    }
}
