import JSON
import Testing

@testable import Commands

@Suite struct `A plain scalar` {
    @Test(
        arguments: [
            ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null),
            ("true", .bool(true)), ("True", .bool(true)), ("TRUE", .bool(true)), ("false", .bool(false)),
            ("False", .bool(false)), ("FALSE", .bool(false)),
            ("0", .integer(0)), ("0600", .integer(600)), ("+12", .integer(12)), ("-12", .integer(-12)),
            ("-0", .integer(0)), ("0o14", .integer(12)), ("0x1F", .integer(31)), ("0xff", .integer(255)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("0x7FFFFFFFFFFFFFFF", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("1.5", .number(1.5)), ("12.", .number(12)), (".5", .number(0.5)), ("-.5", .number(-0.5)),
            ("+1.5e3", .number(1_500)), ("1e3", .number(1_000)), ("6E-2", .number(0.06)), ("1.e1", .number(10)),
        ] as [(String, JSONValue)])
    func `is a number, a boolean or null where the core schema says so`(text: String, value: JSONValue) throws {
        #expect(try CoreSchema.value(ofPlain: text) == value)
    }

    @Test(arguments: [
        "yes", "Yes", "no", "on", "off", "y", "n", "tRUE", "nULL", "nil", "1_000", "1:00:00", "190:20:30",
        "2001-12-14", "2001-12-14t21:59:43.10-05:00", "0b1010", "0o8", "0o", "0x", "0xG", "-0x1F", "+0o14", "0X1F",
        "1e", "1e+", "e3", ".", "-", "+", "-.", "+.e1", "1.2.3", "1 000", " 1", "1 ", ".Inf1", "inf", "nan", "Infinity",
        "++1", "--1", "0.1f", "1,000", "１２", "٣", "=", "<",
    ])
    func `is text in every other form, as those of YAML 1.1`(text: String) throws {
        #expect(try CoreSchema.value(ofPlain: text) == .string(text))
    }

    @Test(arguments: [
        ".inf", ".Inf", ".INF", "-.inf", "+.INF", ".nan", ".NaN", ".NAN", "1e999", "0x1FFFFFFFFFFFFFFFF",
        "0o7777777777777777777777",
    ])
    func `is refused if it is a number that JSON doesn't have`(text: String) {
        #expect(throws: CoreSchema.Fault.self) { try CoreSchema.value(ofPlain: text) }
    }
}

@Suite struct `A tagged scalar` {
    @Test(
        arguments: [
            ("12", "str", .string("12")), ("3", "int", .integer(3)), ("0x10", "int", .integer(16)),
            ("3", "float", .number(3)), ("1e1", "float", .number(10)), ("True", "bool", .bool(true)),
            ("", "null", .null), ("~", "null", .null), ("", "str", .string("")),
        ] as [(String, String, JSONValue)])
    func `is what its tag says`(text: String, tag: String, value: JSONValue) throws {
        #expect(try CoreSchema.value(of: text, tag: "tag:yaml.org,2002:\(tag)") == value)
    }

    @Test(arguments: [
        ("x", "int"), ("1.5", "int"), ("yes", "bool"), ("0", "null"), ("x", "float"), (".inf", "float"),
        ("2001-12-14", "timestamp"), ("aGVsbG8=", "binary"), ("x", "merge"),
    ])
    func `is refused if it doesn't fit its tag, or the tag is not of the core schema`(text: String, tag: String) {
        #expect(throws: CoreSchema.Fault.self) {
            try CoreSchema.value(of: text, tag: "tag:yaml.org,2002:\(tag)")
        }
        #expect(throws: CoreSchema.Fault.self) { try CoreSchema.value(of: text, tag: "!mine") }
    }
}
