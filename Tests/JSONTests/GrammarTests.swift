import JSON
import Testing

/// Untrusted bodies are read with this reader, so its grammar is RFC 8259 and nothing more.
@Suite struct `The JSON reader` {
    private static func read(_ text: String) throws(JSONError) -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    @Test(arguments: [
        ("null", JSONValue.null), ("true", .bool(true)), ("false", .bool(false)), (" \t\r\n1 \t\r\n", .integer(1)),
        ("\"\"", .string("")), ("[]", .array([])), ("{}", .object([:])), ("[ ]", .array([])), ("{ }", .object([:])),
        ("[[]]", .array([.array([])])), ("[{},[],null]", .array([.object([:]), .array([]), .null])),
        ("[1 , 2]", .array([.integer(1), .integer(2)])), ("{\"\":0}", .object(["": .integer(0)])),
        (
            #" { "a" : [ 1 , { "b" : null } ] , "c" : true } "#,
            .object(["a": .array([.integer(1), .object(["b": .null])]), "c": .bool(true)])
        ),
        ("[null, 1, \"1\", {}]", .array([.null, .integer(1), .string("1"), .object([:])])),
        ("[1,null,null,null,2]", .array([.integer(1), .null, .null, .null, .integer(2)])),
        (" [1]", .array([.integer(1)])),
        ("[\"a\"]\n", .array([.string("a")])), ("[\"a/*b*/c/*d//e\"]", .array([.string("a/*b*/c/*d//e")])),
        (#"{"foo\u0000bar": 42}"#, .object(["foo\0bar": .integer(42)])),
        (#"{ "min": -1.0e+28, "max": 1.0e+28 }"#, .object(["min": .number(-1e28), "max": .number(1e28)])),
        ("{\n\"a\":\r\"b\"\t}", .object(["a": .string("b")])), ("-0.1", .number(-0.1)),
        ("[\"\u{80}\u{7ff}\u{800}\"]", .array([.string("\u{80}\u{7ff}\u{800}")])),
        ("[\"\u{7f}\"]", .array([.string("\u{7f}")])), ("\"a/b\"", .string("a/b")),
        ("\"é€😀\"", .string("é€😀")),
        ("\"\u{feff}\u{2028}\u{fffe}\u{10ffff}\"", .string("\u{feff}\u{2028}\u{fffe}\u{10ffff}")),
    ])
    func `accepts every form that the grammar has`(text: String, value: JSONValue) throws {
        #expect(try Self.read(text) == value)
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0000""#, "\0"), (#""\u00e9\u00E9""#, "éé"),
        (#""\u20AC""#, "€"), (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00x""#, "😀x"), (#""\uDBFF\uDFFF""#, "\u{10ffff}"),
        (#""\uFFFF\uFFFE""#, "\u{ffff}\u{fffe}"), (#""\\u0041""#, "\\u0041"), (#""a\nb\nc""#, "a\nb\nc"),
    ])
    func `decodes every escape`(text: String, decoded: String) throws {
        #expect(try Self.read(text) == .string(decoded))
    }

    @Test(arguments: [
        ("0", JSONValue.integer(0)), ("-0", .integer(0)), ("-1", .integer(-1)), ("10", .integer(10)),
        ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)),
        ("-9223372036854775809", .number(-9_223_372_036_854_775_808)),
        ("18446744073709551616", .number(18_446_744_073_709_551_616)), ("1.0", .number(1)), ("-0.0", .number(-0.0)),
        ("1e0", .number(1)), ("1E+2", .number(100)), ("1e-2", .number(0.01)), ("0e1", .number(0)),
        ("0.1", .number(0.1)),
        ("123.456e-7", .number(123.456e-7)), ("1e22", .number(1e22)), ("1e23", .number(1e23)),
        ("9007199254740993.0", .number(9_007_199_254_740_992)),
        ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
        ("5e-324", .number(.leastNonzeroMagnitude)), ("1e-400", .number(0)), ("0e999999999999999999999", .number(0)),
        ("0.000000000000000000000000000001", .number(1e-30)), ("100000000000000000000000000000", .number(1e29)),
        ("2.2250738585072014e-308", .number(2.2250738585072014e-308)),
    ])
    func `reads integers that fit 64 bits as integers and other numbers as the nearest double`(
        text: String, value: JSONValue
    ) throws {
        #expect(try Self.read(text) == value)
    }

    @Test(arguments: [
        "1e309", "-1e309", "1e999999999999999999999", "2e308", "[1e400]", String(repeating: "9", count: 400),
    ])
    func `refuses numbers that no double represents`(text: String) {
        #expect(throws: JSONError.self) { try Self.read(text) }
        #expect(Self.code(text) == .numberOutOfRange)
    }

    private static func code(_ text: String) -> JSONError.Code? {
        do {
            _ = try read(text)
            return nil
        } catch {
            return error.code
        }
    }

    @Test(arguments: [
        "", " ", "\0", "{", "[", "}", "]", ",", ":", "{]", "[}", "[1", "[1,", "{\"a\"", "{\"a\":", "{\"a\":1",
        "{\"a\":1,", "\"",
        "\"a", "\"\\", "\"\\u12", "[\"a", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1:2]", "{\"a\":1,}", "{,}",
        "{\"a\" 1}", "{\"a\":}", "{\"a\"}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{\"a\":1 \"b\":2}", "{\"a\":1:2}",
        "[1]]", "{}}", "1 2", "1,", "[]x", "{}[]", "null null", "\"a\"\"b\"", "nul", "nulL", "True", "FALSE",
        "truefalse",
        "undefined", "NaN", "Infinity", "-Infinity", "nan", "-", "+1", "--1", "01", "-01", "00", "1.", ".5", "-.5",
        "1.e1",
        "1e", "1e+", "1E-", "1e1.5", "1.2.3", "0x10", "1_000", "1a", "-a", "٣", "１", "1e１", "'a'", "\"\t\"", "\"\n\"",
        "\"\u{0}\"", "\"\u{1f}\"", "\"\\a\"", "\"\\x41\"", "\"\\'\"", "\"\\U0041\"", "\"\\u\"", "\"\\u004\"",
        "\"\\u00G0\"",
        "\"\\u+041\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\ud800\"",
        "\"\\ud800\\u0041\"", "\"\\udc00\\ud800\"", "\"\\ud800\\u\"", "// a\n1", "1 // a", "/* a */ 1", "[1,/* a */2]",
        "# a\n1",
        "\u{feff}1", "\u{feff}", "\u{a0}1", "1\u{2028}", "\u{c}1", "\u{b}1", "[\u{85}1]", "é", "\\u0031", "[\\n]",
        "<a/>",
        "a: 1", "\\\"a\\\"", "[1;2]", "(1)", "{\"a\":1}\0",
    ])
    func `refuses everything outside the grammar`(text: String) {
        #expect(Self.code(text) == .syntax, "\(text)")
    }

    @Test(
        arguments: [
            ("UTF-16 big endian", [0x00, 0x31]), ("UTF-16 little endian", [0x31, 0x00]),
            ("UTF-16 with mark", [0xFE, 0xFF, 0x00, 0x31]), ("UTF-32", [0x00, 0x00, 0x00, 0x31]),
            ("UTF-32 with mark", [0xFF, 0xFE, 0x00, 0x00, 0x31, 0x00, 0x00, 0x00]),
        ] as [(String, [UInt8])])
    func `refuses every other encoding`(name: String, bytes: [UInt8]) {
        #expect(throws: JSONError.self, "\(name)") { try JSONValue(parsing: bytes) }
    }

    @Test(
        arguments: [
            ("continuation byte alone", [0x80]), ("last continuation byte alone", [0xBF]),
            ("overlong NUL", [0xC0, 0x80]),
            ("overlong slash", [0xC0, 0xAF]), ("overlong, two bytes", [0xC1, 0xBF]),
            ("overlong, three bytes", [0xE0, 0x80, 0xAF]),
            ("overlong, three bytes, last", [0xE0, 0x9F, 0xBF]), ("overlong, four bytes", [0xF0, 0x80, 0x80, 0xAF]),
            ("overlong, four bytes, last", [0xF0, 0x8F, 0xBF, 0xBF]), ("first surrogate", [0xED, 0xA0, 0x80]),
            ("last surrogate", [0xED, 0xBF, 0xBF]), ("pair of surrogates", [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]),
            ("above U+10FFFF", [0xF4, 0x90, 0x80, 0x80]), ("far above U+10FFFF", [0xF5, 0x80, 0x80, 0x80]),
            ("five bytes", [0xF8, 0x88, 0x80, 0x80, 0x80]), ("0xFE", [0xFE]), ("0xFF", [0xFF]),
            ("two bytes cut", [0xC3]),
            ("three bytes cut", [0xE2, 0x82]), ("four bytes cut", [0xF0, 0x9F, 0x98]),
            ("four bytes cut to two", [0xF0, 0x9F]),
            ("wrong second byte", [0xC3, 0x28]), ("wrong third byte", [0xE2, 0x82, 0x28]),
            ("wrong fourth byte", [0xF0, 0x9F, 0x98, 0x28]), ("Latin-1", [0xE9, 0x61]),
        ] as [(String, [UInt8])])
    func `refuses bytes that are not UTF-8`(name: String, bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let places = [
            [quote] + bytes + [quote], [quote] + bytes, [quote, 0x61] + bytes + [0x61, 0x61, 0x61, 0x61, quote],
            Array("{\"".utf8) + bytes + Array("\":1}".utf8), bytes, Array("[".utf8) + bytes,
        ]
        for place in places {
            let error = #expect(throws: JSONError.self, "\(name)") { try JSONValue(parsing: place) }
            #expect(error?.code == .notUTF8, "\(name)")
        }
    }

    @Test(
        arguments: [
            [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80],
            [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF],
        ] as [[UInt8]])
    func `accepts the first and last sequence of each length`(bytes: [UInt8]) throws {
        let text = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
        #expect(try JSONValue(parsing: text) == .string(String(decoding: bytes, as: UTF8.self)))
    }

    @Test func `finds a byte that must be escaped wherever it stands in a long string`() throws {
        for position in 0..<40 {
            for (byte, isAllowed) in [(0x1F, false), (0x20, true), (0x7F, true), (0x00, false)] as [(UInt8, Bool)] {
                var bytes = Array(
                    "\"\(String(repeating: "é", count: position % 3))\(String(repeating: "x", count: 40))\"".utf8)
                bytes[bytes.count - 2 - position] = byte
                #expect(((try? JSONValue(parsing: bytes)) != nil) == isAllowed, "\(byte) at \(position)")
            }
        }
    }
}
