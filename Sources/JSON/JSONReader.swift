/// Reads JSON (RFC 8259) in UTF-8 into a list of nodes, in one pass and without recursion.
///
/// Nothing outside the grammar is accepted: no byte order mark, comment, trailing comma or unpaired surrogate.
/// Names of one object must differ, because programs disagree on which of two equal names counts (RFC 8259, section 4).
struct JSONReader {
    let bytes: [UInt8]
    var position = 0
    private(set) var nodes: [JSONNode] = []

    /// Whether a name so far has an escape or a character outside ASCII.
    private(set) var hasUnusualNames = false

    private var limits: JSONLimits
    private var valueCount = 0

    /// The nodes of the arrays and objects that are not closed yet, each with the number of its values so far.
    private var open: [(node: Int, count: Int)] = []

    /// Reads one text. Throws the first fault.
    static func nodes(of bytes: [UInt8], limits: JSONLimits) throws(JSONError) -> [JSONNode] {
        let bytesMax = min(limits.bytesMax, JSONLimits.bytesCeiling)
        guard bytes.count <= bytesMax else {
            throw JSONError(
                .tooLarge, "the text has \(bytes.count) bytes, more than \(bytesMax)", offset: bytesMax, in: bytes)
        }
        var reader = JSONReader(bytes: bytes, limits: limits)
        try reader.readText(bytes.span)
        return reader.nodes
    }

    private init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        self.limits.depthMax = min(limits.depthMax, JSONLimits.depthCeiling)
        nodes.reserveCapacity(min(bytes.count / 8 + 4, 256))
    }

    private mutating func readText(_ text: Span<UInt8>) throws(JSONError) {
        if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF {
            throw failure("the text begins with a byte order mark", at: 0)
        }
        repeat { try readValue(text) } while try readSeparator(text)
        skipSpace(text)
        guard position == text.count else { throw unexpected("expected nothing after the value", text) }
    }

    /// Reads a scalar, an empty array or an empty object. Arrays and objects on the way to it are opened.
    private mutating func readValue(_ text: Span<UInt8>) throws(JSONError) {
        while true {
            skipSpace(text)
            guard position < text.count else { throw unexpected("expected a value", text) }
            try countValue()
            switch text[position] {
            case UInt8(ascii: "\""):
                let string = try readString(text)
                addNode(
                    JSONNode(string.hasEscapes ? .escapedString : .string, start: string.start, low: string.end))
                return
            case UInt8(ascii: "{"):
                try openContainer(.object)
                if try closeIfNext(UInt8(ascii: "}"), text) { return }
                try readName(text)
            case UInt8(ascii: "["):
                try openContainer(.array)
                if try closeIfNext(UInt8(ascii: "]"), text) { return }
            case UInt8(ascii: "t"): return try readWord("true", .true, text)
            case UInt8(ascii: "f"): return try readWord("false", .false, text)
            case UInt8(ascii: "n"): return try readWord("null", .null, text)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                return addNode(try readNumber(text))
            default: throw unexpected("expected a value", text)
            }
        }
    }

    /// Closes every array and object that ends here. True when a comma follows, and thus another value.
    private mutating func readSeparator(_ text: Span<UInt8>) throws(JSONError) -> Bool {
        while let last = open.last {
            let isObject = nodes[last.node].kind == .object
            let end = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
            skipSpace(text)
            guard position < text.count else { throw unexpected("expected \(endInWords(isObject))", text) }
            let byte = text[position]
            if byte == UInt8(ascii: ",") {
                position += 1
                skipSpace(text)
                if position < text.count, text[position] == end {
                    throw failure("a comma is followed by \(found(text))", at: position)
                }
                if isObject { try readName(text) }
                return true
            }
            guard byte == end else { throw unexpected("expected \(endInWords(isObject))", text) }
            position += 1
            try closeContainer(text)
        }
        return false
    }

    private func endInWords(_ isObject: Bool) -> String {
        isObject ? #""," or "}""# : #""," or "]""#
    }

    /// Reads a name and its colon.
    private mutating func readName(_ text: Span<UInt8>) throws(JSONError) {
        skipSpace(text)
        guard position < text.count, text[position] == UInt8(ascii: "\"") else {
            throw unexpected("expected a name in double quotes", text)
        }
        let name = try readString(text)
        skipSpace(text)
        guard position < text.count, text[position] == UInt8(ascii: ":") else {
            throw unexpected(#"expected ":" after the name"#, text)
        }
        position += 1
        let (kind, object): (JSONNode.Kind, _) = (name.hasEscapes ? .escapedName : .name, open[open.count - 1].node)
        addNode(JSONNode(kind, start: name.start, low: name.end, high: object))
        if !name.isASCII || name.hasEscapes {
            hasUnusualNames = true
            try refuseLongRunOfMarks()
        }
    }

    private mutating func readWord(
        _ word: StaticString, _ kind: JSONNode.Kind, _ text: Span<UInt8>
    ) throws(JSONError) {
        let start = position
        let count = word.utf8CodeUnitCount
        let matches = word.withUTF8Buffer { letters in
            start + count <= text.count && (0..<count).allSatisfy { text[start + $0] == letters[$0] }
        }
        guard matches else {
            throw failure("expected a value, found a word other than true, false and null", at: start)
        }
        position += count
        addNode(JSONNode(kind, start: start))
    }

    @inline(__always)
    private mutating func skipSpace(_ text: Span<UInt8>) {
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }

    @inline(__always)
    private mutating func addNode(_ node: JSONNode) {
        nodes.append(node)
    }

    private mutating func countValue() throws(JSONError) {
        valueCount += 1
        guard valueCount <= limits.valueCountMax else {
            throw failure("there are more than \(limits.valueCountMax) values", at: position, .tooManyValues)
        }
        if !open.isEmpty { open[open.count - 1].count += 1 }
    }

    private mutating func openContainer(_ kind: JSONNode.Kind) throws(JSONError) {
        guard open.count < limits.depthMax else {
            throw failure("the text nests deeper than \(limits.depthMax) levels", at: position, .tooDeep)
        }
        open.append((node: nodes.count, count: 0))
        addNode(JSONNode(kind, start: position))
        position += 1
    }

    private mutating func closeIfNext(_ end: UInt8, _ text: Span<UInt8>) throws(JSONError) -> Bool {
        skipSpace(text)
        guard position < text.count, text[position] == end else { return false }
        position += 1
        try closeContainer(text)
        return true
    }

    private mutating func closeContainer(_ text: Span<UInt8>) throws(JSONError) {
        guard let (index, count) = open.popLast() else { return }
        let opened = nodes[index]
        nodes[index] = JSONNode(opened.kind, start: Int(opened.start), low: nodes.count, high: count)
        if opened.kind == .object, count > 1 { try refuseDuplicateNames(of: index, count: count, text) }
    }
}
