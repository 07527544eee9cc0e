/// A text that was read: its bytes and its nodes. The decoders of one text share it.
final class JSONDocument {
    let bytes: [UInt8]
    let nodes: [JSONNode]

    /// The node after the field that was decoded last. Types mostly decode their fields in the order of the text, so
    /// the next lookup mostly finds its name here.
    private var nextName = 0

    /// Reads a text. Throws the first fault.
    init(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
        self.bytes = bytes
        nodes = try JSONReader.nodes(of: bytes, limits: limits)
    }

    /// The text of a string. Nil for every other kind.
    @inline(__always)
    func string(at node: Int) -> String? {
        switch nodes[node].kind {
        case .string, .escapedString: nodes[node].string(in: bytes)
        default: nil
        }
    }

    /// The decoded name whose node is given.
    func name(at node: Int) -> String { nodes[node].string(in: bytes) }

    /// The value of a field. Nil if the object has none of this name.
    func field(_ name: String, of object: Int) -> Int? {
        var name = name
        return name.withUTF8 { key in
            if nextName < nodes.count, isName(nextName, of: object), hasText(nextName, key) { return nextName + 1 }
            var index = object + 1
            while index < nodes[object].indexPastEnd {
                if hasText(index, key) { return index + 1 }
                index = nodes.indexPast(index + 1)
            }
            return nil
        }
    }

    /// Notes that the value of a field was decoded.
    @inline(__always)
    func markDecoded(_ value: Int) {
        nextName = nodes.indexPast(value)
    }

    @inline(__always)
    private func isName(_ node: Int, of object: Int) -> Bool {
        switch nodes[node].kind {
        case .name, .escapedName: nodes[node].object == object
        default: false
        }
    }

    @inline(__always)
    private func hasText(_ name: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        let node = nodes[name]
        guard node.kind == .name else { return node.string(in: bytes).utf8.elementsEqual(key) }
        let start = Int(node.start)
        guard node.end - start == key.count else { return false }
        for index in 0..<key.count where bytes[start + index] != key[index] { return false }
        return true
    }

    /// The value at a node with all values inside. The depth limit bounds the recursion.
    func value(at node: Int) -> JSONValue {
        switch nodes[node].kind {
        case .null: return .null
        case .false: return .bool(false)
        case .true: return .bool(true)
        case .integer: return .integer(nodes[node].integer)
        case .real: return .number(nodes[node].real)
        case .string, .escapedString, .name, .escapedName: return .string(name(at: node))
        case .array:
            var elements: [JSONValue] = []
            elements.reserveCapacity(nodes[node].count)
            var index = node + 1
            while index < nodes[node].indexPastEnd {
                elements.append(value(at: index))
                index = nodes.indexPast(index)
            }
            return .array(elements)
        case .object:
            var fields: [String: JSONValue] = [:]
            fields.reserveCapacity(nodes[node].count)
            var index = node + 1
            while index < nodes[node].indexPastEnd {
                fields[name(at: index)] = value(at: index + 1)
                index = nodes.indexPast(index + 1)
            }
            return .object(fields)
        }
    }
}
