/// Decodes the fields of an object.
///
/// The methods for single types are fast paths: the standard library's own `decodeIfPresent` would look up each name
/// three times.
struct ObjectDecodingContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let document: JSONDocument
    let node: Int

    var codingPath: [any CodingKey] { document.path(to: node) }

    var allKeys: [Key] {
        var keys: [Key] = []
        keys.reserveCapacity(document.nodes[node].count)
        var index = node + 1
        while index < document.nodes[node].indexPastEnd {
            if let key = Key(stringValue: document.name(at: index)) { keys.append(key) }
            index = document.nodes.indexPast(index + 1)
        }
        return keys
    }

    func contains(_ key: Key) -> Bool { document.field(key.stringValue, of: node) != nil }

    func decodeNil(forKey key: Key) throws -> Bool {
        document.isNull(try value(key))
    }

    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try required(key) { try document.decodeString(at: $0) }
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        try required(key) { try document.decodeBool(at: $0) }
    }

    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try required(key) { try document.decodeDouble(at: $0) }
    }

    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try required(key) { try document.decodeFloat(at: $0) }
    }

    func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
        try required(key) { try document.decodeInteger(type, at: $0) }
    }

    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
        try required(key) { try document.decodeInteger(type, at: $0) }
    }

    func decode<Number: FixedWidthInteger & Decodable>(_ type: Number.Type, forKey key: Key) throws -> Number {
        try required(key) { try document.decodeInteger(type, at: $0) }
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try required(key) { try document.decode(type, at: $0) }
    }

    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try optional(key) { try document.decodeString(at: $0) }
    }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try optional(key) { try document.decodeBool(at: $0) }
    }

    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try optional(key) { try document.decodeDouble(at: $0) }
    }

    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        try optional(key) { try document.decodeFloat(at: $0) }
    }

    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try optional(key) { try document.decodeInteger(type, at: $0) }
    }

    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        try optional(key) { try document.decodeInteger(type, at: $0) }
    }

    func decodeIfPresent<Number: FixedWidthInteger & Decodable>(
        _ type: Number.Type, forKey key: Key
    ) throws -> Number? {
        try optional(key) { try document.decodeInteger(type, at: $0) }
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try optional(key) { try document.decode(type, at: $0) }
    }

    func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Inner> {
        try NodeDecoder(document: document, node: try value(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try NodeDecoder(document: document, node: try value(key)).unkeyedContainer()
    }

    /// The decoder of the field `super`. Throws `keyNotFound` if the object has none.
    func superDecoder() throws -> any Decoder {
        NodeDecoder(document: document, node: try value(JSONKey("super")))
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        NodeDecoder(document: document, node: try value(key))
    }

    @inline(__always)
    private func value(_ key: some CodingKey) throws -> Int {
        guard let value = document.field(key.stringValue, of: node) else { throw document.missing(key, in: node) }
        return value
    }

    @inline(__always)
    private func required<Value>(_ key: Key, _ decode: (Int) throws -> Value) throws -> Value {
        let field = try value(key)
        let value = try decode(field)
        document.markDecoded(field)
        return value
    }

    /// Nil if the field is absent or null.
    @inline(__always)
    private func optional<Value>(_ key: Key, _ decode: (Int) throws -> Value) throws -> Value? {
        guard let field = document.field(key.stringValue, of: node) else { return nil }
        let value = document.isNull(field) ? nil : try decode(field)
        document.markDecoded(field)
        return value
    }
}
