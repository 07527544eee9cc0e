extension JSONValue {
    /// The JSON text of a field of an object, without the spaces between its tokens: names, their order, numbers and
    /// escapes are as they were sent. Nil if the text is no object or has no such field.
    ///
    /// A ``JSONValue`` holds a number as Int64 or Double and its names in a dictionary. What is kept for somebody else
    /// to read must not lose digits or names on the way.
    ///
    /// Throws the first fault in the text.
    public static func source(
        of field: String, in bytes: [UInt8], limits: JSONLimits = .standard
    ) throws(JSONError) -> String? {
        let document = try JSONDocument(bytes, limits: limits)
        guard document.nodes[0].kind == .object, let node = document.field(field, of: 0) else { return nil }
        var source: [UInt8] = []
        document.appendSource(of: node, to: &source)
        return String(decoding: source, as: UTF8.self)
    }
}

extension JSONDocument {
    /// Appends the text of a value without the spaces between its tokens. The depth limit bounds the recursion.
    func appendSource(of index: Int, to source: inout [UInt8]) {
        let node = nodes[index]
        switch node.kind {
        case .null: source += "null".utf8
        case .false: source += "false".utf8
        case .true: source += "true".utf8
        case .integer, .real: source += bytes[Int(node.start)...].prefix(while: Self.isPartOfNumber)
        case .string, .escapedString, .name, .escapedName: source += bytes[(Int(node.start) - 1)...node.end]
        case .array:
            appendList(after: index, "[", "]", to: &source) { element, source in
                appendSource(of: element, to: &source)
                return nodes.indexPast(element)
            }
        case .object:
            appendList(after: index, "{", "}", to: &source) { name, source in
                appendSource(of: name, to: &source)
                source.append(UInt8(ascii: ":"))
                appendSource(of: name + 1, to: &source)
                return nodes.indexPast(name + 1)
            }
        }
    }

    /// `item` appends the item at an index and returns the index of the next one.
    private func appendList(
        after index: Int, _ opening: Unicode.Scalar, _ closing: Unicode.Scalar, to source: inout [UInt8],
        item: (Int, inout [UInt8]) -> Int
    ) {
        source.append(UInt8(ascii: opening))
        var next = index + 1
        while next < nodes[index].indexPastEnd {
            if next > index + 1 { source.append(UInt8(ascii: ",")) }
            next = item(next, &source)
        }
        source.append(UInt8(ascii: closing))
    }

    private static func isPartOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }
}
