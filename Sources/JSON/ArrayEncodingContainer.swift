/// Encodes the elements of an array.
struct ArrayEncodingContainer: UnkeyedEncodingContainer {
    let writer: JSONWriter
    let place: ContainerPlace
    private(set) var count = 0

    init(writer: JSONWriter, place: ContainerPlace) {
        self.writer = writer
        self.place = place
    }

    var codingPath: [any CodingKey] { [] }

    private mutating func begin() {
        writer.beginElement(in: place)
        count += 1
    }

    mutating func encodeNil() {
        begin()
        writer.writeNull()
    }

    mutating func encode(_ value: String) {
        begin()
        writer.write(value)
    }

    mutating func encode(_ value: Bool) {
        begin()
        writer.write(value)
    }

    mutating func encode(_ value: Double) throws {
        begin()
        try writer.write(value)
    }

    mutating func encode(_ value: Float) throws {
        begin()
        try writer.write(value)
    }

    mutating func encode<Number: FixedWidthInteger & Encodable>(_ value: Number) {
        begin()
        writer.write(value)
    }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        begin()
        try writer.encode(value)
    }

    mutating func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
        begin()
        return writer.valueEncoder.container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        begin()
        return writer.valueEncoder.unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        begin()
        return writer.pendingEncoder()
    }
}
