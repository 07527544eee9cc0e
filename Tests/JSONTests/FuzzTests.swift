import Foundation
import JSON
import Testing

/// Foundation's decoder is the reference: the reader accepts nothing that Foundation refuses, and everything that it
/// accepts has the same value there. Where Foundation is lax, the reader's refusal is one of the known kinds.
@Suite struct `Random JSON` {
    /// Numbers are compared as doubles: Foundation decodes `1.0` as an integer.
    private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left == right
        case (.integer(let left), .number(let right)): Double(left) == right
        case (.number(let left), .integer(let right)): left == Double(right)
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { isSame($0, $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.allSatisfy { name, value in right[name].map { isSame(value, $0) } ?? false }
        default: left == right
        }
    }

    private static func foundation(_ bytes: [UInt8]) -> JSONValue? {
        try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    }

    @Test func `reads back as the value that it was written from`() throws {
        var generator = RandomJSON(random: SplitMix64(seed: 1))
        for _ in 0..<1_000 {
            let value = generator.value()
            #expect(try JSONValue(parsing: Array(value.text.utf8)) == value)
            #expect(try JSONValue(parsing: Array(generator.text(value).utf8)) == value)
            #expect(try JSONDecoding.decode(JSONValue.self, from: try JSONWriter.bytes(of: [value])) == .array([value]))
        }
    }

    @Test func `has the same value for Foundation`() throws {
        var generator = RandomJSON(random: SplitMix64(seed: 2))
        for _ in 0..<300 {
            let text = Array(generator.text(generator.value()).utf8)
            let theirs = try #require(Self.foundation(text), "\(String(decoding: text, as: UTF8.self))")
            #expect(Self.isSame(try JSONValue(parsing: text), theirs), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test func `with random changes is accepted only if Foundation accepts it with the same value`() {
        var generator = RandomJSON(random: SplitMix64(seed: 3))
        var counts = (accepted: 0, refused: 0, stricter: 0)
        for _ in 0..<2_500 {
            let text = generator.mutated(Array(generator.text(generator.value(depth: 2)).utf8))
            let shown = String(decoding: text, as: UTF8.self)
            let theirs = Self.foundation(text)
            do {
                let ours = try JSONValue(parsing: text)
                counts.accepted += 1
                #expect(theirs.map { Self.isSame(ours, $0) } ?? false, "accepted only by us: \(shown) \(text)")
            } catch {
                counts.refused += 1
                guard theirs != nil else { continue }
                counts.stricter += 1
                #expect(Self.isKnownStrictness(error, text), "refused only by us: \(error) \(shown.debugDescription)")
            }
        }
        #expect(counts.accepted > 300 && counts.refused > 300, "\(counts)")
    }

    /// Faults that Foundation overlooks, as asserted below.
    private static func isKnownStrictness(_ error: JSONError, _ text: [UInt8]) -> Bool {
        switch error.code {
        case .duplicateName: true
        default:
            error.message.hasPrefix("a comma is followed by") || text.contains(0)
        }
    }

    @Test(arguments: [
        ("trailing comma in a list", Array("[1,]".utf8), JSONError.Code.syntax),
        ("trailing comma in an object", Array("{\"a\":1,}".utf8), .syntax),
        ("duplicate name", Array("{\"a\":1,\"a\":2}".utf8), .duplicateName),
        ("byte order mark", [0xEF, 0xBB, 0xBF, 0x31], .syntax),
        ("UTF-16, little endian", [0x5B, 0x00, 0x5D, 0x00], .syntax),
        ("UTF-16, big endian, with mark", [0xFE, 0xFF, 0x00, 0x5B, 0x00, 0x5D], .notUTF8),
        ("broken number in the second value of a name", Array("{\"a\":1,\"a\":1e1e1}".utf8), .syntax),
        ("half a surrogate pair in the second value of a name", Array("{\"a\":1,\"a\":\"\\ud800\"}".utf8), .syntax),
        ("33 levels", Array(repeating: 0x5B, count: 33) + Array(repeating: 0x5D, count: 33), .tooDeep),
    ])
    func `is refused where Foundation is lax`(name: String, text: [UInt8], code: JSONError.Code) {
        #expect(Self.foundation(text) != nil, "\(name)")
        let error = #expect(throws: JSONError.self, "\(name)") { try JSONValue(parsing: text) }
        #expect(error?.code == code, "\(name)")
    }
}
