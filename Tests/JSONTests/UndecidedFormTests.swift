import JSON
import Testing

/// RFC 8259 leaves some forms to the reader (sections 4, 6, 8 and 9). What Belfry does with each is written in
/// docs/api.md, "JSON", and held here.
@Suite struct `A JSON text that the RFC leaves to the reader` {
    private static let accepted: [(String, String, JSONValue)] = [
        ("a number with more digits than a double holds", "0.1000000000000000055511151231257827", .number(0.1)),
        ("an integer above 64 bits", "18446744073709551615", .number(18_446_744_073_709_551_616)),
        ("an integer far above 64 bits", "100000000000000000000", .number(1e20)),
        ("a number too small for a double", "123.456e-789", .number(0)),
        ("minus zero", "-0", .integer(0)), ("minus zero as a fraction", "-0.0", .number(-0.0)),
        ("an escaped non-character", #""\uFFFF\uFFFE""#, .string("\u{FFFF}\u{FFFE}")),
        ("an escaped NUL", #""\u0000""#, .string("\0")),
        ("a non-character as it is", "\"\u{FFFE}\u{10FFFF}\"", .string("\u{FFFE}\u{10FFFF}")),
        ("a name without characters", #"{"":1}"#, .object(["": .integer(1)])),
        ("32 levels", String(repeating: "[", count: 32) + String(repeating: "]", count: 32), nested(32)),
    ]

    private static let refused: [(String, [UInt8], JSONError.Code)] = [
        ("a number too large for a double", Array("[1e9999]".utf8), .numberOutOfRange),
        ("a negative number too large for a double", Array("[-1e9999]".utf8), .numberOutOfRange),
        ("a huge exponent", Array("[0.4e00669999999999999999999999999]".utf8), .numberOutOfRange),
        ("an escaped first surrogate alone", Array(#"["\uDADA"]"#.utf8), .syntax),
        ("an escaped second surrogate alone", Array(#"["\uDC00"]"#.utf8), .syntax),
        ("escaped surrogates in the wrong order", Array(#"["\uDd1e\uD834"]"#.utf8), .syntax),
        ("a surrogate and another escape", Array(#"["\uD800\n"]"#.utf8), .syntax),
        ("a byte order mark", [0xEF, 0xBB, 0xBF] + Array("{}".utf8), .syntax),
        ("a surrogate in UTF-8", [0x22, 0xED, 0xA0, 0x80, 0x22], .notUTF8),
        ("an overlong form", [0x22, 0xC0, 0xAF, 0x22], .notUTF8),
        ("Latin-1", [0x22, 0xE9, 0x22], .notUTF8), ("a truncated sequence", [0x22, 0xE0, 0xFF, 0x22], .notUTF8),
        ("UTF-16 with a mark", [0xFF, 0xFE, 0x5B, 0x00, 0x5D, 0x00], .notUTF8),
        ("UTF-16 without a mark", [0x5B, 0x00, 0x5D, 0x00], .syntax),
        ("a name twice", Array(#"{"a":1,"a":1}"#.utf8), .duplicateName),
        ("a name twice, once escaped", Array(#"{"a":1,"\u0061":2}"#.utf8), .duplicateName),
        ("500 levels", Array((String(repeating: "[", count: 500) + String(repeating: "]", count: 500)).utf8), .tooDeep),
        ("33 levels", Array((String(repeating: "[", count: 33) + String(repeating: "]", count: 33)).utf8), .tooDeep),
        (
            "10,001 values", Array(("[" + Array(repeating: "1", count: 10_000).joined(separator: ",") + "]").utf8),
            .tooManyValues
        ),
    ]

    private static func nested(_ depth: Int) -> JSONValue {
        (1..<depth).reduce(.array([])) { value, _ in .array([value]) }
    }

    @Test(arguments: accepted) func `is read as docs/api.md says`(name: String, text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)) == value)
    }

    @Test(arguments: refused) func `is refused as docs/api.md says`(name: String, bytes: [UInt8], code: JSONError.Code)
    {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        #expect(error?.code == code)
    }

    @Test func `may have two names that look alike and are different code points`() throws {
        let text = "{\"caf\u{e9}\":1,\"cafe\u{301}\":2}"
        #expect(throws: Never.self) { try JSONValue(parsing: Array(text.utf8)) }
        #expect(try JSONValue.source(of: "x", in: Array("{\"x\":\(text)}".utf8)) == text)
    }
}

@Suite struct `The source of a field` {
    @Test(arguments: [
        (#"{ "a" : [ 1.0 , -2E+05 , 18446744073709551615 ] }"#, "[1.0,-2E+05,18446744073709551615]"),
        (#"{"b":{"a":0},"a": { "z" : "\u0041\/ x" , "y" : [ ] , "x" : { } } }"#, #"{"z":"\u0041\/ x","y":[],"x":{}}"#),
        (#"{"a": "x, y: {"}"#, #""x, y: {""#), (#"{"a": true}"#, "true"), (#"{"a":null,"b":1}"#, "null"),
        (#"{"\u0061":false}"#, "false"), (#"{"b":{"a":1}}"#, nil), ("[1]", nil), ("{}", nil), ("1", nil),
    ])
    func `is its text without the spaces between tokens`(text: String, source: String?) throws {
        #expect(try JSONValue.source(of: "a", in: Array(text.utf8)) == source)
    }

    @Test func `is read back as the value that it was`() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            var random = RandomJSON(random: SplitMix64(seed: seed))
            let value = random.value()
            let text = "{\"a\": \(random.text(value))}"
            let source = try #require(try JSONValue.source(of: "a", in: Array(text.utf8)))
            #expect(try JSONValue(parsing: Array(source.utf8)) == value)
        }
    }
}
