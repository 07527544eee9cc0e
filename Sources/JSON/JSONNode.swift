/// A value or a name of a JSON text, as a fixed-size entry of the document's list of nodes.
///
/// The nodes stand in the order of the text. An array's node is followed by those of its elements; an object's node by
/// a name, the nodes of that name's value, the next name and so on. Reading a text therefore allocates one list, and
/// skipping a value of any size is one step.
struct JSONNode {
    enum Kind: UInt8 {
        case null, `false`, `true`, integer, real, string, escapedString, name, escapedName, array, object
    }

    let kind: Kind

    /// The offset of the first byte. For strings and names this is the byte after the opening quote.
    let start: UInt32

    /// Depends on the kind: the number, or two halves of 32 bits each.
    private var payload: UInt64

    init(_ kind: Kind, start: Int, low: Int = 0, high: Int = 0) {
        self.kind = kind
        self.start = UInt32(truncatingIfNeeded: start)
        payload = UInt64(truncatingIfNeeded: low) | UInt64(truncatingIfNeeded: high) << 32
    }

    init(integer: Int64, start: Int) {
        self.init(.integer, start: start)
        payload = UInt64(bitPattern: integer)
    }

    init(real: Double, start: Int) {
        self.init(.real, start: start)
        payload = real.bitPattern
    }

    var integer: Int64 { Int64(bitPattern: payload) }
    var real: Double { Double(bitPattern: payload) }

    private var low: Int { Int(UInt32(truncatingIfNeeded: payload)) }
    private var high: Int { Int(payload >> 32) }

    /// Strings and names: the offset of the closing quote.
    var end: Int { low }

    /// Names: the index of their object's node.
    var object: Int { high }

    /// Arrays and objects: the index of the first node after the last one inside.
    var indexPastEnd: Int { low }

    /// Arrays and objects: the number of elements or fields.
    var count: Int { high }

    /// The offset at which an error about this node is reported.
    var errorOffset: Int {
        switch kind {
        case .string, .escapedString, .name, .escapedName: Int(start) - 1
        default: Int(start)
        }
    }

    /// The number as a Double, for integers and reals.
    var double: Double? {
        switch kind {
        case .integer: Double(integer)
        case .real: real
        default: nil
        }
    }

    /// The kind in the words of an error message.
    var kindInWords: String {
        switch kind {
        case .null: "null"
        case .false, .true: "a boolean"
        case .integer, .real: "a number"
        case .string, .escapedString, .name, .escapedName: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

extension JSONNode {
    /// The decoded text of a string or name.
    @inline(__always)
    func string(in bytes: [UInt8]) -> String {
        let content = bytes[Int(start)..<end]
        return switch kind {
        case .escapedString, .escapedName: String(decoding: Self.withoutEscapes(content), as: UTF8.self)
        default: String(decoding: content, as: UTF8.self)
        }
    }

    /// Replaces the escapes of a string that the reader has checked.
    private static func withoutEscapes(_ content: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var index = content.startIndex
        while index < content.endIndex {
            guard let backslash = content[index...].firstIndex(of: UInt8(ascii: "\\")) else {
                result += content[index...]
                break
            }
            result += content[index..<backslash]
            index = backslash + 2
            switch content[backslash + 1] {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "r"): result.append(UInt8(ascii: "\r"))
            case UInt8(ascii: "t"): result.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "u"):
                var value = codeUnit(content[index..<index + 4])
                index += 4
                if value & 0xFC00 == 0xD800 {
                    let low = codeUnit(content[index + 2..<index + 6])
                    value = 0x1_0000 + ((value & 0x3FF) << 10 | (low & 0x3FF))
                    index += 6
                }
                if let scalar = Unicode.Scalar(value), let encoded = Unicode.UTF8.encode(scalar) { result += encoded }
            case let plain: result.append(plain)
            }
        }
        return result
    }

    private static func codeUnit(_ digits: ArraySlice<UInt8>) -> UInt32 {
        digits.reduce(0) { $0 << 4 | UInt32(HexDigit.value($1) ?? 0) }
    }
}

extension [JSONNode] {
    /// The index of the first node that belongs neither to the value at `index` nor to those before it.
    @inline(__always)
    func indexPast(_ index: Int) -> Int {
        switch self[index].kind {
        case .array, .object: self[index].indexPastEnd
        default: index + 1
        }
    }
}
