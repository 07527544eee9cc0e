/// Writes values as JSON (RFC 8259) directly into bytes, in the order in which they encode themselves.
///
/// Foundation's encoder builds a tree of boxes and dictionaries before it writes, which was a tenth of all processor
/// time in the pipeline. Because nothing is kept, a container can be used only until its parent goes on to the next
/// field or element; a type that breaks this rule gets an error, never broken JSON.
///
/// ```swift
/// let body = try JSONWriter.bytes(of: ["attempts": 3])  // {"attempts":3}
/// ```
public final class JSONWriter {
    /// An array or object that is open. Its offset identifies it: no other container begins there.
    struct Level {
        let start: Int
        let end: UInt8
        var isEmpty = true
    }

    private var bytes: [UInt8] = []
    private var levels: [Level] = []

    /// Where the value of an encoder begins that was handed out by `superEncoder`, until another byte is written.
    private var pendingStart: Int?
    private var wasMisused = false

    private init() {
        bytes.reserveCapacity(512)
    }

    /// The JSON of a value in UTF-8, without spaces.
    ///
    /// A type that encodes nothing becomes an empty object. Throws what the value throws, and `EncodingError` for a
    /// number that is not finite and for a container that is used after it was closed.
    public static func bytes(of value: some Encodable) throws -> [UInt8] {
        let writer = JSONWriter()
        try writer.encode(value)
        guard !writer.wasMisused else {
            throw EncodingError.invalidValue(
                value, .init(codingPath: [], debugDescription: "a container was used after it was closed"))
        }
        return writer.bytes
    }

    /// The encoder of a value that begins here.
    var valueEncoder: ValueEncoder {
        ValueEncoder(writer: self, start: bytes.count, depth: levels.count)
    }

    func encode(_ value: some Encodable) throws {
        let (start, depth) = (bytes.count, levels.count)
        try value.encode(to: ValueEncoder(writer: self, start: start, depth: depth))
        close(to: depth)
        if bytes.count == start { writeEmptyObject() }
    }

    func write(_ number: some FixedWidthInteger) {
        var text = String(number)
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    func write(_ flag: Bool) {
        bytes.append(contentsOf: flag ? "true".utf8 : "false".utf8)
    }

    func write(_ source: JSONSource) {
        bytes.append(contentsOf: source.bytes)
    }

    func writeNull() {
        bytes.append(contentsOf: "null".utf8)
    }

    func write(_ number: some BinaryFloatingPoint & CustomStringConvertible) throws {
        guard number.isFinite else {
            throw EncodingError.invalidValue(
                number, .init(codingPath: [], debugDescription: "JSON has no text for \(number)"))
        }
        bytes.append(contentsOf: number.description.utf8)
    }

    func write(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            let span = utf8.span
            var plainStart = 0
            while true {
                let plainEnd = UnescapedRun.end(in: span, from: plainStart)
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[plainStart..<plainEnd]))
                guard plainEnd < utf8.count else { break }
                writeEscaped(utf8[plainEnd])
                plainStart = plainEnd + 1
            }
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
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(HexDigit.byte(byte >> 4))
            bytes.append(HexDigit.byte(byte & 0x0F))
        default: bytes.append(byte)
        }
    }

    private func writeEmptyObject() {
        bytes.append(contentsOf: "{}".utf8)
    }
}

extension JSONWriter {
    /// Opens the array or object of the value that began at `start`, inside `depth` open containers. If that value has
    /// opened it before, as a class and its superclass do with one encoder, both write into the same container.
    func open(_ kind: ContainerKind, start: Int, depth: Int) -> ContainerPlace {
        let place = ContainerPlace(start: start, level: depth + 1)
        if isOpen(place), levels[depth].end == kind.end {
            close(to: place.level)
            return place
        }
        checkBegins(at: start)
        levels.append(Level(start: start, end: kind.end))
        bytes.append(kind.begin)
        return place
    }

    /// Prepares for one more element of a container: whatever is open inside the container has ended.
    func beginElement(in place: ContainerPlace) {
        guard isOpen(place) else {
            wasMisused = true
            return
        }
        close(to: place.level)
        if !levels[place.level - 1].isEmpty { bytes.append(UInt8(ascii: ",")) }
        levels[place.level - 1].isEmpty = false
    }

    func beginField(_ name: String, in place: ContainerPlace) {
        beginElement(in: place)
        write(name)
        bytes.append(UInt8(ascii: ":"))
    }

    /// The encoder of a value that a type may write or not.
    func pendingEncoder() -> ValueEncoder {
        pendingStart = bytes.count
        return valueEncoder
    }

    /// Notes a misuse unless a value that began at `start` is still without content.
    func checkBegins(at start: Int) {
        if bytes.count != start { wasMisused = true }
    }

    private func isOpen(_ place: ContainerPlace) -> Bool {
        levels.count >= place.level && levels[place.level - 1].start == place.start
    }

    private func close(to depth: Int) {
        if let start = pendingStart {
            if bytes.count == start { writeEmptyObject() }
            pendingStart = nil
        }
        while let level = levels.last, levels.count > depth {
            bytes.append(level.end)
            levels.removeLast()
        }
    }

    /// Writes a value whose names are sorted, so that equal values have equal texts.
    func write(_ value: JSONValue) throws {
        switch value {
        case .null: writeNull()
        case .bool(let flag): write(flag)
        case .integer(let number): write(number)
        case .number(let number): try write(number)
        case .string(let text): write(text)
        case .array(let elements):
            let place = open(.array, start: bytes.count, depth: levels.count)
            for element in elements {
                beginElement(in: place)
                try write(element)
            }
            close(to: place.level - 1)
        case .object(let fields):
            let place = open(.object, start: bytes.count, depth: levels.count)
            for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
                beginField(name, in: place)
                try write(field)
            }
            close(to: place.level - 1)
        }
    }
}

/// Identifies an open array or object of a writer.
struct ContainerPlace {
    /// The offset of its bracket.
    let start: Int
    /// The number of containers that are open inside it and around it, when nothing is open inside it.
    let level: Int
}

enum ContainerKind {
    case array, object

    var begin: UInt8 { self == .array ? UInt8(ascii: "[") : UInt8(ascii: "{") }
    var end: UInt8 { self == .array ? UInt8(ascii: "]") : UInt8(ascii: "}") }
}
