/// Decodes the elements of an array in their order. Three words long, so that no existential container allocates.
struct ArrayDecodingContainer: UnkeyedDecodingContainer {
    private let document: JSONDocument
    private let array: UInt32
    private var next: UInt32
    private var index: UInt32 = 0

    init(document: JSONDocument, node: Int) {
        self.document = document
        array = UInt32(truncatingIfNeeded: node)
        next = array + 1
    }

    var codingPath: [any CodingKey] { document.path(to: Int(array)) }
    var count: Int? { document.nodes[Int(array)].count }
    var currentIndex: Int { Int(index) }
    var isAtEnd: Bool { Int(next) == document.nodes[Int(array)].indexPastEnd }

    /// The next element's node. Throws `valueNotFound` after the last element.
    private func element(_ type: any Any.Type) throws -> Int {
        guard !isAtEnd else { throw document.pastEnd(type, of: Int(array)) }
        return Int(next)
    }

    private mutating func advance() {
        next = UInt32(truncatingIfNeeded: document.nodes.indexPast(Int(next)))
        index += 1
    }

    mutating func decodeNil() throws -> Bool {
        guard document.isNull(try element(Never?.self)) else { return false }
        advance()
        return true
    }

    mutating func decode(_ type: String.Type) throws -> String {
        let value = try document.decodeString(at: try element(type))
        advance()
        return value
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool {
        let value = try document.decodeBool(at: try element(type))
        advance()
        return value
    }

    mutating func decode(_ type: Double.Type) throws -> Double {
        let value = try document.decodeDouble(at: try element(type))
        advance()
        return value
    }

    mutating func decode(_ type: Float.Type) throws -> Float {
        let value = try document.decodeFloat(at: try element(type))
        advance()
        return value
    }

    mutating func decode<Number: FixedWidthInteger & Decodable>(_ type: Number.Type) throws -> Number {
        let value = try document.decodeInteger(type, at: try element(type))
        advance()
        return value
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try document.decode(type, at: try element(type))
        advance()
        return value
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let decoder = NodeDecoder(document: document, node: try element([String: Any].self))
        let container = try decoder.container(keyedBy: type)
        advance()
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let decoder = NodeDecoder(document: document, node: try element([Any].self))
        let container = try decoder.unkeyedContainer()
        advance()
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let decoder = NodeDecoder(document: document, node: try element((any Decoder).self))
        advance()
        return decoder
    }
}
