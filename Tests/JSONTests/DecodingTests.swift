import Foundation
import JSON
import Testing

/// Foundation's decoder is the reference: for every type both decoders give the same value or both refuse.
@Suite struct `Decoding a type from JSON` {
    private static func agree<Value: Decodable & Equatable>(
        _ type: Value.Type, _ texts: [String], location: SourceLocation = #_sourceLocation
    ) {
        for text in texts {
            let theirs = try? JSONDecoder().decode(type, from: Data(text.utf8))
            let ours = try? JSONDecoding.decode(type, from: Array(text.utf8))
            #expect(ours == theirs, "\(type) from \(text)", sourceLocation: location)
        }
    }

    private static let scalars = [
        "0", "-0", "1", "-1", "127", "128", "-128", "-129", "255", "256", "32767", "32768", "-32769", "65535", "65536",
        "2147483647", "2147483648", "4294967295", "4294967296", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "1.0", "1.5",
        "-1.5",
        "1e2", "1e-2", "1E400", "0.1", "3.4028235e38", "3.5e38", "16777217", "0.30000001192092896", "true", "false",
        "null", "\"\"", "\"1\"", "\"true\"", "[]", "[1]", "{}", "\"é\\n\\u00e9\"",
    ]

    @Test func `agrees with Foundation on every width of integer`() {
        Self.agree(Int.self, Self.scalars)
        Self.agree(Int8.self, Self.scalars)
        Self.agree(Int16.self, Self.scalars)
        Self.agree(Int32.self, Self.scalars)
        Self.agree(Int64.self, Self.scalars)
        Self.agree(UInt.self, Self.scalars)
        Self.agree(UInt8.self, Self.scalars)
        Self.agree(UInt16.self, Self.scalars)
        Self.agree(UInt32.self, Self.scalars)
        Self.agree(UInt64.self, Self.scalars)
        Self.agree([UInt8].self, Self.scalars.map { "[\($0)]" })
        Self.agree([String: Int16].self, Self.scalars.map { "{\"a\":\($0)}" })
        Self.agree([Int64?].self, Self.scalars.map { "[\($0),null]" })
    }

    @Test func `agrees with Foundation on every other scalar`() {
        Self.agree(Double.self, Self.scalars)
        Self.agree(Float.self, Self.scalars)
        Self.agree(Bool.self, Self.scalars)
        Self.agree(String.self, Self.scalars)
        Self.agree(Int?.self, Self.scalars)
        Self.agree(String?.self, Self.scalars)
        Self.agree([Double].self, Self.scalars.map { "[\($0)]" })
        Self.agree([Float].self, Self.scalars.map { "[1,\($0)]" })
        Self.agree([Bool].self, Self.scalars.map { "[\($0)]" })
        Self.agree([String: String].self, Self.scalars.map { "{\"k\":\($0)}" })
        Self.agree([Int: String].self, ["{}", "{\"1\":\"a\",\"-2\":\"b\"}", "{\"x\":\"a\"}", "[]"])
    }

    private enum State: String, Codable { case pending, done }
    private enum Level: Int, Codable { case low = 1, high }
    private enum Shape: Codable, Equatable { case circle(radius: Double), square(side: Double), none }

    @Test func `agrees with Foundation on enums`() {
        Self.agree(State.self, ["\"done\"", "\"other\"", "1", "null"])
        Self.agree([String: State].self, ["{\"a\":\"done\",\"b\":\"pending\"}", "{\"a\":\"x\"}"])
        Self.agree([Level].self, ["[1,2]", "[3]", "[\"low\"]"])
        Self.agree(Shape.self, [#"{"circle":{"radius":2}}"#, #"{"none":{}}"#, "{}", #"{"circle":{},"none":{}}"#])
    }

    private struct Fields: Codable, Equatable {
        enum CodingKeys: String, CodingKey {
            case id, maxAttempts = "max_attempts", ratio, flag, tags, inner, small, share
        }
        struct Inner: Codable, Equatable { var name: String, states: [State?] }
        var id: String
        var maxAttempts: Int64?
        var ratio: Double?
        var flag: Bool?
        var tags: [String: [Int]]?
        var inner: Inner?
        var small: UInt8?
        var share: Float?
    }

    @Test func `agrees with Foundation on objects with fields in any order, absent, null and unknown`() {
        Self.agree(
            Fields.self,
            [
                #"{"id":"a"}"#, #"{"id":null}"#, "{}", "[]", #"{"id":1}"#, #"{"max_attempts":3,"id":"a"}"#,
                #"{"id":"a","max_attempts":null,"ratio":null,"flag":null,"tags":null,"inner":null,"small":null}"#,
                #"{"unknown":{"id":"b"},"flag":true,"id":"a","more":[{"flag":false}],"ratio":1}"#,
                #"{"id":"a","inner":{"name":"x","states":["done",null],"id":"c"},"flag":false}"#,
                #"{"id":"a","inner":{"states":[],"name":"x","flag":true},"flag":false,"ratio":2.5}"#,
                #"{"id":"a","inner":{"states":["x"],"name":"x"}}"#, #"{"id":"a","tags":{"a":[1,2],"b":[]}}"#,
                #"{"id":"a","tags":{"a":[1,"2"]}}"#, #"{"\u0069d":"escaped \"name\""}"#, #"{"ID":"a"}"#,
                #"{"id":"a","small":255,"share":0.5}"#, #"{"id":"a","small":256}"#, #"{"id":"a","share":1e39}"#,
                #"{"id":"a","max_attempts":"3"}"#, #"{"id":"a","flag":1}"#, #"{"id":"a","ratio":true}"#,
            ])
        Self.agree([Fields].self, [#"[{"id":"a"},{"flag":true,"id":"b"},{"ratio":1,"id":"c"}]"#, #"[{"id":"a"},{}]"#])
        Self.agree([String: Fields].self, [#"{"id":{"id":"a","x":{"id":"n"}},"x":{"x":1,"id":"b"},"id2":{"id":"c"}}"#])
    }

    private class Base: Codable {
        var name: String
        init(name: String) { self.name = name }
    }

    private final class Derived: Base, Equatable {
        enum CodingKeys: String, CodingKey { case size, parent }
        var size: Int
        static func == (left: Derived, right: Derived) -> Bool { left.name == right.name && left.size == right.size }
        required init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            size = try fields.decode(Int.self, forKey: .size)
            let hasParent = fields.contains(.parent)
            try super.init(from: hasParent ? try fields.superDecoder(forKey: .parent) : try fields.superDecoder())
        }
    }

    @Test func `agrees with Foundation on classes with a superclass`() {
        Self.agree(
            Derived.self,
            [
                #"{"size":1,"super":{"name":"x"}}"#, #"{"parent":{"name":"x"},"size":1}"#, #"{"size":1}"#,
                #"{"size":1,"super":{}}"#, #"{"size":1,"super":null}"#,
            ])
    }

    private struct ByHand: Decodable, Equatable {
        enum Key: String, CodingKey { case list, object, nothing, missing }
        var log: [String] = []

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            log.append("\(fields.allKeys.map(\.stringValue).sorted()) \(try fields.decodeNil(forKey: .nothing))")
            log.append("\(fields.contains(.missing)) \((try? fields.decodeNil(forKey: .missing)) == nil)")
            var list = try fields.nestedUnkeyedContainer(forKey: .list)
            log.append("\(list.count ?? -1) \(list.isAtEnd)")
            log.append("\(try list.decodeNil()) \(list.currentIndex) \(try list.decode(Int.self))")
            log.append("\(try list.decodeNil()) \(list.currentIndex) \(try list.decodeIfPresent(String.self) ?? "nil")")
            var inner = try list.nestedUnkeyedContainer()
            log.append(
                "\((try? inner.decode(Bool.self)) == nil) \(inner.currentIndex) \(try inner.decode(Double.self))")
            let object = try list.nestedContainer(keyedBy: Key.self)
            log.append("\(try object.nestedContainer(keyedBy: Key.self, forKey: .object).allKeys.count)")
            let last = try list.superDecoder().singleValueContainer()
            log.append("\(last.decodeNil()) \(try last.decode(UInt8.self)) \(list.isAtEnd)")
            log.append("\((try? list.decode(Int.self)) == nil) \((try? list.decodeNil()) == nil) \(list.currentIndex)")
            log.append("\(fields.codingPath.map(\.stringValue)) \(object.codingPath.first?.stringValue ?? "")")
        }
    }

    @Test func `agrees with Foundation on containers used by hand`() throws {
        let text = #"{"list":[1,null,"x",[1.5],{"object":{}},7],"object":{},"nothing":null,"other":1}"#
        Self.agree(ByHand.self, [text, "{}", #"{"nothing":null,"list":[]}"#])
        #expect(try JSONDecoding.decode(ByHand.self, from: Array(text.utf8)).log.count == 10)
    }

    @Test func `keeps a value of any type as it is`() throws {
        struct Event: Codable, Equatable { var id: Int, data: JSONValue, rest: [String: JSONValue] }
        let text = #"{"id":1,"data":{"a":[1,1.0,"x",null,true]},"rest":{"b":[],"c":-2}}"#
        let event = try JSONDecoding.decode(Event.self, from: Array(text.utf8))
        #expect(event.data == .object(["a": .array([.integer(1), .number(1), .string("x"), .null, .bool(true)])]))
        #expect(event.rest == ["b": .array([]), "c": .integer(-2)])
    }

    @Test func `is strict about the text`() {
        for text in [#"{"id":"a",}"#, #"{"id":"a","id":"b"}"#, "\u{feff}{\"id\":\"a\"}"] {
            #expect(throws: JSONError.self) { try JSONDecoding.decode(Fields.self, from: Array(text.utf8)) }
        }
        #expect(throws: JSONError.self) {
            try JSONDecoding.decode([Int].self, from: Array("[1]".utf8), limits: JSONLimits(valueCountMax: 1))
        }
    }
}
