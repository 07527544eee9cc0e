public import Determinism
public import JSON

/// Makes bodies that are nearly right, and some that are nothing.
public struct DocumentMutator: Sendable {
    private let documents: [JSONValue]

    /// Begins with these documents, which are right.
    public init(_ documents: [JSONValue]) {
        self.documents = documents
    }

    /// The next body: a document as it is, one with some changes, one with broken bytes, or random bytes.
    public func body(_ random: inout SplitMix64) -> [UInt8] {
        let kind = random.int(1...100)
        if kind <= 10 { return (0..<random.int(0...60)).map { _ in UInt8(random.int(0...255)) } }
        var document = documents[random.int(0...(documents.count - 1))]
        if kind <= 85 {
            for _ in 0..<random.int(1...3) { document = changed(document, &random) }
        }
        var bytes = Array(document.text.utf8)
        if kind > 90 {
            for _ in 0..<random.int(1...3) { Self.break(&bytes, &random) }
        }
        return bytes
    }

    private static func `break`(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        guard !bytes.isEmpty else { return }
        let index = random.int(0...(bytes.count - 1))
        switch random.int(1...4) {
        case 1: bytes[index] = UInt8(random.int(0...255))
        case 2: bytes.remove(at: index)
        case 3: bytes.insert(UInt8(random.int(0...255)), at: index)
        default: bytes.removeLast(bytes.count - index)
        }
    }

    /// A value with one change, in it or below it.
    private func changed(_ value: JSONValue, _ random: inout SplitMix64) -> JSONValue {
        switch value {
        case .object(var fields) where !random.chance(15):
            let names = fields.keys.sorted()
            guard !names.isEmpty, !random.chance(15) else {
                fields[Self.text(&random)] = Self.value(&random)
                return .object(fields)
            }
            let name = names[random.int(0...(names.count - 1))]
            if random.chance(20) {
                fields[name] = nil
            } else {
                fields[name] = fields[name].map { changed($0, &random) }
            }
            return .object(fields)
        case .array(var items) where !items.isEmpty && !random.chance(30):
            let index = random.int(0...(items.count - 1))
            items[index] = changed(items[index], &random)
            if random.chance(20) { items += items }
            return .array(items)
        case .integer(let number) where random.chance(50):
            let step = [-number - 1, -1, 1, 1_000_000_000, Int64.max - max(number, 0)][random.int(0...4)]
            return .integer(number &+ step)
        case .string(let text) where random.chance(50):
            return .string(random.chance(50) ? text + Self.text(&random) : String(text.dropLast()))
        default: return Self.value(&random)
        }
    }

    private static func value(_ random: inout SplitMix64, depth: Int = 0) -> JSONValue {
        switch random.int(1...(depth < 3 ? 9 : 6)) {
        case 1: .null
        case 2: .bool(random.chance(50))
        case 3: .integer(Int64(random.int(-10...10)))
        case 4: .integer(Int64(bitPattern: random.next()))
        case 5: .number(Double(random.int(-1_000...1_000)) / 7)
        case 6, 7: .string(text(&random))
        case 8: .array((0..<random.int(0...3)).map { _ in value(&random, depth: depth + 1) })
        default:
            .object(
                Dictionary((0..<random.int(0...3)).map { _ in (text(&random), value(&random, depth: depth + 1)) }) {
                    $1
                })
        }
    }

    private static let texts = [
        "", "a", "success", "processing", "fail", "http", "rate(1 minute)", "0", "-1", "null", "\u{0}", "\u{FEFF}",
        "é",
        "e\u{301}", "\u{1F600}", "a/b", "a~b", "../..", "%00", "https://example.com/", "2026-01-31T08:00:00Z",
        "00000000-0000-4000-8000-000000000001", "courier.deliveries", String(repeating: "x", count: 300),
    ]

    private static func text(_ random: inout SplitMix64) -> String {
        if random.chance(60) { return texts[random.int(0...(texts.count - 1))] }
        let scalars = (0..<random.int(0...12)).compactMap { _ in
            Unicode.Scalar(UInt32(random.int(0...(random.chance(80) ? 0x7F : 0x2FFF))))
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
