import JSON
import Testing

@Suite struct `A JSON text` {
    private static let text = """
        [
          {"a": 1,
           "b": {"c/d": [
             true,
             null]}},
          2
        ]
        """

    @Test(arguments: [
        ("", 1), ("/0", 2), ("/0/a", 2), ("/0/b", 3), ("/0/b/c~1d", 3), ("/0/b/c~1d/0", 4), ("/0/b/c~1d/1", 5),
        ("/1", 6), ("/0/b/missing", 3), ("/0/b/c~1d/7", 3), ("/2", 1), ("/x", 1), ("/1/a", 6),
    ])
    func `knows the line of a value, or of the last value on the way to one that is missing`(
        pointer: String, line: Int
    ) throws {
        let text = try JSONText(parsing: Array(Self.text.utf8))
        #expect(text.line(of: pointer) == line)
    }

    @Test func `has the value that JSONValue reads`() throws {
        let bytes = Array(Self.text.utf8)
        #expect(try JSONText(parsing: bytes).value == JSONValue(parsing: bytes))
        #expect(throws: JSONError.self) { try JSONText(parsing: Array(#"{"a": 1, "a": 2}"#.utf8)) }
    }
}
