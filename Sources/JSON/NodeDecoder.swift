/// Decodes the value at one node. Two words long, so that no existential container allocates.
struct NodeDecoder: Decoder, SingleValueDecodingContainer {
    let document: JSONDocument
    let node: Int

    var codingPath: [any CodingKey] { document.path(to: node) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard document.nodes[node].kind == .object else {
            throw document.mismatch([String: Any].self, "an object", at: node)
        }
        return KeyedDecodingContainer(ObjectDecodingContainer<Key>(document: document, node: node))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard document.nodes[node].kind == .array else {
            throw document.mismatch([Any].self, "a list", at: node)
        }
        return ArrayDecodingContainer(document: document, node: node)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { document.isNull(node) }
    func decode(_ type: String.Type) throws -> String { try document.decodeString(at: node) }
    func decode(_ type: Bool.Type) throws -> Bool { try document.decodeBool(at: node) }
    func decode(_ type: Double.Type) throws -> Double { try document.decodeDouble(at: node) }
    func decode(_ type: Float.Type) throws -> Float { try document.decodeFloat(at: node) }

    func decode<Number: FixedWidthInteger & Decodable>(_ type: Number.Type) throws -> Number {
        try document.decodeInteger(type, at: node)
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try document.decode(type, at: node)
    }
}
