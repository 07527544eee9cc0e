/// Writes values as JSON (RFC 8259), straight into bytes, in the order in which they encode themselves.
///
/// Every message is written once, and Foundation's encoder builds a tree of boxes and dictionaries for each before it
/// writes: on the pipeline's way that was a tenth of all processor time. Reading stays with Foundation.
final class JSONWriter {
    /// An array or object that is open.
    private struct Level {
        var end: UInt8
        var isEmpty = true
    }

    private(set) var bytes: [UInt8] = []
    private var levels: [Level] = []

    /// The JSON of a value. Throws `EncodingError` for a number that JSON has no text for.
    static func bytes(of value: some Encodable) throws -> [UInt8] {
        let writer = JSONWriter()
        writer.bytes.reserveCapacity(512)
        try writer.writeValue(value)
        return writer.bytes
    }

    fileprivate func writeValue(_ value: some Encodable) throws {
        switch value {
        case let text as String: write(text)
        case let number as Int64: write(number)
        case let number as Int: write(number)
        case let flag as Bool: write(flag)
        case let number as Double: try write(number)
        // The standard library's types encode themselves by handing themselves back.
        case let number as Float: try write(Double(number))
        case let number as any FixedWidthInteger: bytes.append(contentsOf: "\(number)".utf8)
        default:
            let (depth, count) = (levels.count, bytes.count)
            try value.encode(to: ValueEncoder(writer: self))
            close(to: depth)
            // One that has nothing to say is an object without fields.
            if bytes.count == count { bytes += "{}".utf8 }
        }
    }

    fileprivate func write(_ number: some FixedWidthInteger) {
        bytes.append(contentsOf: String(number).utf8)
    }

    fileprivate func write(_ flag: Bool) {
        bytes.append(contentsOf: flag ? "true".utf8 : "false".utf8)
    }

    fileprivate func writeNull() {
        bytes.append(contentsOf: "null".utf8)
    }

    fileprivate func write(_ number: Double) throws {
        guard number.isFinite else {
            throw EncodingError.invalidValue(
                number, .init(codingPath: [], debugDescription: "JSON has no text for \(number)"))
        }
        bytes.append(contentsOf: number.description.utf8)
    }

    fileprivate func write(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            var plain = 0
            for index in utf8.indices {
                let byte = utf8[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: utf8[plain..<index])
                writeEscaped(byte)
                plain = index + 1
            }
            bytes.append(contentsOf: utf8[plain...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func writeEscaped(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): bytes.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): bytes.append(UInt8(ascii: "t"))
        case 0x00..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            bytes += "u00".utf8
            bytes += [digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]]
        default: bytes.append(byte)
        }
    }

    /// Opens an array or object and answers its level.
    fileprivate func open(_ begin: UInt8, end: UInt8) -> Int {
        bytes.append(begin)
        levels.append(Level(end: end))
        return levels.count
    }

    /// Makes ready for one more element of the array or object at `level`: what is open inside it has ended.
    fileprivate func beginElement(at level: Int) {
        close(to: level)
        if !levels[level - 1].isEmpty { bytes.append(UInt8(ascii: ",")) }
        levels[level - 1].isEmpty = false
    }

    fileprivate func beginField(_ name: String, at level: Int) {
        beginElement(at: level)
        write(name)
        bytes.append(UInt8(ascii: ":"))
    }

    private func close(to depth: Int) {
        while levels.count > depth { bytes.append(levels.removeLast().end) }
    }
}

/// What a value encodes itself into.
private struct ValueEncoder: Encoder, SingleValueEncodingContainer {
    let writer: JSONWriter
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(
            ObjectContainer<Key>(writer: writer, level: writer.open(UInt8(ascii: "{"), end: UInt8(ascii: "}"))))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        ArrayContainer(writer: writer, level: writer.open(UInt8(ascii: "["), end: UInt8(ascii: "]")))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { writer.writeNull() }
    func encode(_ value: some Encodable) throws { try writer.writeValue(value) }
}

private struct ObjectContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: JSONWriter
    let level: Int
    var codingPath: [any CodingKey] { [] }

    private func begin(_ key: some CodingKey) {
        writer.beginField(key.stringValue, at: level)
    }

    func encodeNil(forKey key: Key) {
        begin(key)
        writer.writeNull()
    }

    func encode(_ value: String, forKey key: Key) {
        begin(key)
        writer.write(value)
    }

    func encode(_ value: Int64, forKey key: Key) {
        begin(key)
        writer.write(value)
    }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        begin(key)
        try writer.writeValue(value)
    }

    func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> {
        begin(key)
        return ValueEncoder(writer: writer).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        begin(key)
        return ValueEncoder(writer: writer).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { superEncoder(named: "super") }
    func superEncoder(forKey key: Key) -> any Encoder { superEncoder(named: key.stringValue) }

    private func superEncoder(named name: String) -> any Encoder {
        writer.beginField(name, at: level)
        return ValueEncoder(writer: writer)
    }
}

private struct ArrayContainer: UnkeyedEncodingContainer {
    let writer: JSONWriter
    let level: Int
    private(set) var count = 0
    var codingPath: [any CodingKey] { [] }

    init(writer: JSONWriter, level: Int) {
        self.writer = writer
        self.level = level
    }

    private mutating func begin() {
        writer.beginElement(at: level)
        count += 1
    }

    mutating func encodeNil() {
        begin()
        writer.writeNull()
    }

    mutating func encode(_ value: some Encodable) throws {
        begin()
        try writer.writeValue(value)
    }

    mutating func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
        begin()
        return ValueEncoder(writer: writer).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        begin()
        return ValueEncoder(writer: writer).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        begin()
        return ValueEncoder(writer: writer)
    }
}
