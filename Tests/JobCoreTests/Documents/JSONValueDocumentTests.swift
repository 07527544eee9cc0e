import JSON
import JobCore
import Testing

@Suite struct `A JSON document that somebody else wrote` {
    private static func parse(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

    @Test(
        arguments: [
            ("null", .null), ("true", .bool(true)), ("false", .bool(false)), ("0", .integer(0)), ("1", .integer(1)),
            ("-9223372036854775808", .integer(.min)), ("1.5", .number(1.5)), (#""a\u00e9""#, .string("aé")),
            ("[]", .array([])), ("{}", .object([:])),
            (#"{"a":[1,null]}"#, .object(["a": .array([.integer(1), .null])])),
        ] as [(String, JSONValue)])
    func `is read as what it is`(text: String, value: JSONValue) throws {
        #expect(try Self.parse(text) == value)
    }

    @Test(arguments: ["", " ", "{", "nul", "{'a': 1}", "[1 2]", "\"a", "{\"a\"}", "1 2", "\u{0}"])
    func `is unreadable when it is not JSON`(text: String) {
        let error = #expect(throws: InvalidDocument.self) { try Self.parse(text) }
        #expect(error?.isUnreadable == true && error?.errors.count == 1)
    }

    @Test func `is unreadable when it is not UTF-8`() {
        #expect(throws: InvalidDocument.self) { try JSONValue.parse([0x22, 0xFF, 0x22]) }
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
    func `nests 32 levels deep and no deeper`(open: String, close: String) throws {
        func nested(_ depth: Int) -> String {
            String(repeating: open, count: depth) + (open == "[" ? "" : "1") + String(repeating: close, count: depth)
        }
        #expect(throws: Never.self) { try Self.parse(nested(32)) }
        let error = #expect(throws: InvalidDocument.self) { try Self.parse(nested(33)) }
        #expect(error?.errors.first?.message.contains("32") == true)
        #expect(throws: InvalidDocument.self) { try Self.parse(String(repeating: open, count: 100_000)) }
    }

    @Test func `does not count brackets inside strings as nesting`() throws {
        let brackets = String(repeating: "[{", count: 100)
        #expect(try Self.parse("\"\(brackets)\\\"\(brackets)\"") == .string("\(brackets)\"\(brackets)"))
    }

    @Test func `is written with sorted keys`() throws {
        #expect(try Self.parse(#"{"b": 1, "a": [true, "x/y"]}"#).text == #"{"a":[true,"x/y"],"b":1}"#)
    }
}
