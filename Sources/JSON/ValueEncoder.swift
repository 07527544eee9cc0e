/// Encodes one value. Three words long, so that no existential container allocates.
struct ValueEncoder: Encoder, SingleValueEncodingContainer {
    let writer: JSONWriter
    /// The offset at which the value begins.
    let start: Int
    /// The number of containers that are open around the value.
    let depth: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        let place = writer.open(.object, start: start, depth: depth)
        return KeyedEncodingContainer(ObjectEncodingContainer<Key>(writer: writer, place: place))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        ArrayEncodingContainer(writer: writer, place: writer.open(.array, start: start, depth: depth))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() {
        writer.checkBegins(at: start)
        writer.writeNull()
    }

    func encode(_ value: String) {
        writer.checkBegins(at: start)
        writer.write(value)
    }

    func encode(_ source: JSONSource) {
        writer.checkBegins(at: start)
        writer.write(source)
    }

    func encode(_ value: Bool) {
        writer.checkBegins(at: start)
        writer.write(value)
    }

    func encode(_ value: Double) throws {
        writer.checkBegins(at: start)
        try writer.write(value)
    }

    func encode(_ value: Float) throws {
        writer.checkBegins(at: start)
        try writer.write(value)
    }

    func encode<Number: FixedWidthInteger & Encodable>(_ value: Number) {
        writer.checkBegins(at: start)
        writer.write(value)
    }

    func encode<Value: Encodable>(_ value: Value) throws {
        writer.checkBegins(at: start)
        try writer.encode(value)
    }
}
