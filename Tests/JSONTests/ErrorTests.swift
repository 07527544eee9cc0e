import JSON
import Testing

/// An error names the place and the reason in words that need no look at the code.
@Suite struct `A JSON error` {
    private func error(_ text: String) -> JSONError? {
        do {
            _ = try JSONValue(parsing: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("{\n  \"a\": 1,\n  \"b\": 2, }", "line 3, column 11: a comma is followed by \"}\""),
        ("[1,]", "line 1, column 4: a comma is followed by \"]\""),
        ("", "line 1, column 1: expected a value, found the end of the text"),
        ("[1 2]", "line 1, column 4: expected \",\" or \"]\", found \"2\""),
        ("{\"a\":1", "line 1, column 7: expected \",\" or \"}\", found the end of the text"),
        ("{a:1}", "line 1, column 2: expected a name in double quotes, found \"a\""),
        ("{\"a\",1}", "line 1, column 5: expected \":\" after the name, found \",\""),
        ("\r\n\r\n x", "line 3, column 2: expected a value, found \"x\""),
        ("{}\n{}", "line 2, column 1: expected nothing after the value, found \"{\""),
        ("[nul]", "line 1, column 2: expected a value, found a word other than true, false and null"),
        ("[01]", "line 1, column 2: a number has a leading zero"),
        ("[1.]", "line 1, column 4: expected a digit, found \"]\""),
        ("[1e400]", "line 1, column 2: the number is too large"),
        ("\u{feff}1", "line 1, column 1: the text begins with a byte order mark"),
        ("[\"é\", é]", "line 1, column 7: expected a value, found \"é\""),
        ("\"a\tb\"", "line 1, column 3: the byte 0x09 stands in a string without an escape"),
        ("\n\"ab", "line 2, column 4: the text ends inside a string, which begins on line 2"),
        ("\"\\x\"", "line 1, column 3: expected an escape such as \\n after the backslash, found \"x\""),
        ("\"\\u12G4\"", "line 1, column 6: expected four hexadecimal digits after \\u, found \"G\""),
        ("\"\\ud800\"", "line 1, column 2: half of a surrogate pair stands without the other half"),
        ("{\"a\":1,\n\"a\":2}", "line 2, column 1: the object has the name \"a\" twice"),
        ("\"", "line 1, column 2: the text ends inside a string, which begins on line 1"),
    ])
    func `names its line, its column and its reason`(text: String, description: String) {
        #expect(error(text)?.description == description)
    }

    @Test func `counts columns in characters and offsets in bytes`() {
        let error = error("[\"é😀\",}")
        #expect(error?.column == 7)
        #expect(error?.offset == 10)
        #expect(error?.line == 1)
    }

    @Test func `for bytes that are not UTF-8 names the first of them`() throws {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0x61, 0xE9, 0x22]) }
        #expect(error?.description == "line 1, column 3: the byte 0xE9 does not begin a valid UTF-8 sequence")
    }

    @Test func `is printed in one short line without control characters`() {
        let name = "\\u001b[31m\\n" + String(repeating: "x", count: 1_000)
        let description = error("{\"\(name)\":1,\"\(name)\":2}")?.description
        #expect(description?.unicodeScalars.contains { $0.properties.generalCategory == .control } == false)
        #expect((description?.count ?? 0) < 400)
    }

    @Test func `has codes that programs can rely on`() {
        #expect(
            JSONError.Code.allCases.map(\.rawValue) == [
                "too_large", "not_utf8", "syntax", "too_deep", "too_many_values", "duplicate_name", "wrong_type",
                "missing_field", "number_out_of_range", "invalid_value",
            ])
    }
}
