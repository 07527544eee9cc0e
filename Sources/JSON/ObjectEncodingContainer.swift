/// Encodes the fields of an object.
struct ObjectEncodingContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: JSONWriter
    let place: ContainerPlace

    var codingPath: [any CodingKey] { [] }

    private func begin(_ key: Key) {
        writer.beginField(key.stringValue, in: place)
    }

    func encodeNil(forKey key: Key) {
        begin(key)
        writer.writeNull()
    }

    func encode(_ value: String, forKey key: Key) {
        begin(key)
        writer.write(value)
    }

    func encode(_ value: Bool, forKey key: Key) {
        begin(key)
        writer.write(value)
    }

    func encode(_ value: Double, forKey key: Key) throws {
        begin(key)
        try writer.write(value)
    }

    func encode(_ value: Float, forKey key: Key) throws {
        begin(key)
        try writer.write(value)
    }

    func encode<Number: FixedWidthInteger & Encodable>(_ value: Number, forKey key: Key) {
        begin(key)
        writer.write(value)
    }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        begin(key)
        try writer.encode(value)
    }

    func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> {
        begin(key)
        return writer.valueEncoder.container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        begin(key)
        return writer.valueEncoder.unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        writer.beginField("super", in: place)
        return writer.pendingEncoder()
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        begin(key)
        return writer.pendingEncoder()
    }
}
