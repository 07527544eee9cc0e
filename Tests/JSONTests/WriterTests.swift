import Foundation
import JSON
import Testing

/// Foundation's decoder is the reference: what is written reads back as what it was.
@Suite struct `JSON that is written` {
    private enum State: String, Codable { case processing }

    private struct Everything: Codable, Equatable {
        var text = "“quoted” \"a\\b\"\n\r\t\u{0}\u{1f}\u{7f} grüß dich 🦔"
        var empty = ""
        var whole: Int64 = .min
        var small: UInt8 = 255
        var large: UInt64 = .max
        var real = -0.000_001_5
        var float: Float = 0.1
        var flag = true
        var nothing: String?
        var list = [[1, 2], [], [3]]
        var fields = ["b/c": ["x": 1.5], "a\"": [:]]
        var states = [State.processing]
        var flags: [Bool?] = [true, nil, false]
        var floats: [Float] = [0.5, 3.4e38]
    }

    @Test func `reads back as what it was`() throws {
        let value = Everything()
        let bytes = try JSONWriter.bytes(of: value)
        #expect(try JSONDecoder().decode(Everything.self, from: Data(bytes)) == value)
        #expect(try JSONDecoding.decode(Everything.self, from: bytes) == value)
    }

    @Test(arguments: [
        JSONValue.null, .bool(false), .integer(0), .string("/"), .array([]), .object([:]),
        .object(["a": .array([.null, .object(["b": .object([:])]), .array([.array([])])]), "c": .number(2.5)]),
    ])
    func `of any shape reads back as what it was`(value: JSONValue) throws {
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(try JSONWriter.bytes(of: value))) == value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: try JSONEncoder().encode(value)) == value)
        #expect(try JSONValue(parsing: Array(value.text.utf8)) == value)
    }

    @Test func `has every control character escaped and nothing else changed`() throws {
        let all = String(String.UnicodeScalarView((0..<0x250).compactMap(Unicode.Scalar.init)))
        let bytes = try JSONWriter.bytes(of: all)
        #expect(bytes.allSatisfy { $0 >= 0x20 })
        #expect(try JSONDecoder().decode(String.self, from: Data(bytes)) == all)
        #expect(try JSONDecoding.decode(String.self, from: bytes) == all)
    }

    @Test func `from a value has sorted names, no spaces and no escaped slashes`() {
        let value = JSONValue.object([
            "b": .array([.integer(1), .number(1), .number(1e21)]), "a/c": .string("x/y\u{7}"), "": .null,
        ])
        #expect(value.text == #"{"":null,"a/c":"x/y\u0007","b":[1,1.0,1e+21]}"#)
        #expect(JSONValue.array([.number(.nan)]).text == "null")
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

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONWriter.bytes(of: value), as: UTF8.self)
    }

    @Test func `closes what was open when the next field begins`() throws {
        #expect(
            try text(Nested()) == #"{"before":1,"inner":{"before":"x"},"list":[1,{},null],"after":null,"none":{}}"#)
    }

    private struct Steps: Encodable {
        enum Key: String, CodingKey { case a, b }
        var encode: @Sendable (any Encoder) throws -> Void
        func encode(to encoder: any Encoder) throws { try encode(encoder) }
    }

    @Test func `is an empty object for a value that encodes nothing`() throws {
        #expect(try text(Steps { _ in }) == "{}")
        #expect(try text([Steps { _ in }, Steps { _ in }]) == "[{},{}]")
        #expect(try text(Steps { _ = $0.unkeyedContainer() }) == "[]")
        let superOnly = Steps { encoder in
            var fields = encoder.container(keyedBy: Steps.Key.self)
            _ = fields.superEncoder()
            var list = fields.nestedUnkeyedContainer(forKey: .a)
            _ = list.superEncoder()
            _ = list.superEncoder()
            _ = fields.superEncoder(forKey: .b)
        }
        #expect(try text(superOnly) == #"{"super":{},"a":[{},{}],"b":{}}"#)
    }

    @Test func `has the fields of a class and its superclass in one object or in two`() throws {
        let shared = Steps { encoder in
            var base = encoder.container(keyedBy: Steps.Key.self)
            try base.encode([1], forKey: .a)
            var derived = encoder.container(keyedBy: Steps.Key.self)
            try derived.encode(2, forKey: .b)
        }
        #expect(try text([shared]) == #"[{"a":[1],"b":2}]"#)
        let apart = Steps { encoder in
            var derived = encoder.container(keyedBy: Steps.Key.self)
            try [1].encode(to: derived.superEncoder())
            try derived.encode(2, forKey: .b)
        }
        #expect(try text(apart) == #"{"super":[1],"b":2}"#)
    }

    @Test func `is never broken by a container that is used too late`() {
        let nested = Steps { encoder in
            var fields = encoder.container(keyedBy: Steps.Key.self)
            var inner = fields.nestedContainer(keyedBy: Steps.Key.self, forKey: .a)
            try fields.encode(1, forKey: .b)
            try inner.encode(1, forKey: .a)
        }
        let parent = Steps { encoder in
            var fields = encoder.container(keyedBy: Steps.Key.self)
            let parent = fields.superEncoder()
            try fields.encode(1, forKey: .b)
            try [1].encode(to: parent)
        }
        let twice = Steps { encoder in
            try 1.encode(to: encoder)
            try 2.encode(to: encoder)
        }
        for value in [nested, parent, twice] {
            #expect(throws: EncodingError.self) { try JSONWriter.bytes(of: value) }
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `has no text for a number that is not finite`(number: Double) {
        #expect(throws: EncodingError.self) { try JSONWriter.bytes(of: [number]) }
        #expect(throws: EncodingError.self) { try JSONWriter.bytes(of: JSONValue.number(number)) }
        #expect(throws: EncodingError.self) { try JSONWriter.bytes(of: Float(number)) }
    }
}
