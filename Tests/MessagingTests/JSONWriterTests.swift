import Foundation
import JobCore
import Testing

@testable import Messaging

/// Foundation's decoder is the judge: what is written reads back as what it was.
@Suite struct `JSON as it is written` {
    private struct Everything: Codable, Equatable {
        var text = "“quoted” \"a\\b\"\n\r\t\u{0}\u{1f}\u{7f} grüß dich 🦔"
        var empty = ""
        var whole: Int64 = .min
        var small: UInt8 = 255
        var real = -0.000_001_5
        var flag = true
        var nothing: String?
        var list = [[1, 2], [], [3]]
        var fields = ["b/c": ["x": 1.5], "a\"": [:]]
        var status = ExecutionStatus.processing
        var id = ExecutionID.random()
        var at = Instant(millisecondsSinceEpoch: 1_234)
    }

    @Test func `reads back as what it was`() throws {
        let value = Everything()
        let bytes = try JSONWriter.bytes(of: value)
        #expect(try JSONDecoder().decode(Everything.self, from: Data(bytes)) == value)
    }

    @Test(arguments: [
        JSONValue.null, .bool(false), .integer(0), .string("/"), .array([]), .object([:]),
        .object(["a": .array([.null, .object(["b": .object([:])]), .array([.array([])])]), "c": .number(2.5)]),
    ])
    func `of any shape reads back as what it was`(value: JSONValue) throws {
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(try JSONWriter.bytes(of: value))) == value)
    }

    @Test func `has every control character escaped and nothing else changed`() throws {
        let all = String(String.UnicodeScalarView((0..<0x250).compactMap(Unicode.Scalar.init)))
        let bytes = try JSONWriter.bytes(of: all)
        #expect(bytes.allSatisfy { $0 >= 0x20 })
        #expect(try JSONDecoder().decode(String.self, from: Data(bytes)) == all)
    }

    private struct Nested: Encodable {
        private enum Key: String, CodingKey { case before, inner, list, after, none }

        func encode(to encoder: any Encoder) throws {
            var body = encoder.container(keyedBy: Key.self)
            try body.encode(1, forKey: .before)
            var inner = body.nestedContainer(keyedBy: Key.self, forKey: .inner)
            try inner.encode("x", forKey: .before)
            var list = body.nestedUnkeyedContainer(forKey: .list)
            try list.encode(1)
            _ = list.nestedContainer(keyedBy: Key.self)
            try list.encodeNil()
            try body.encodeNil(forKey: .after)
            _ = body.nestedContainer(keyedBy: Key.self, forKey: .none)
        }
    }

    @Test func `closes what was open when the next field begins`() throws {
        let text = String(decoding: try JSONWriter.bytes(of: Nested()), as: UTF8.self)
        #expect(text == #"{"before":1,"inner":{"before":"x"},"list":[1,{},null],"after":null,"none":{}}"#)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `knows no number that JSON has no text for`(number: Double) {
        #expect(throws: EncodingError.self) { try JSONWriter.bytes(of: [number]) }
    }
}
