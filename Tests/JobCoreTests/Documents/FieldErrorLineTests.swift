import JobCore
import Testing

@Suite struct `The line of a field error` {
    @Test(arguments: [
        ("/ttl_seconds", "is 0", "Give 1.", "/ttl_seconds: is 0. Give 1."), ("/a", "is wrong.", "", "/a: is wrong."),
        ("", "this has no end.", "Give one.", "this has no end. Give one."), ("", "is bad", "", "is bad."),
    ])
    func `is one sentence or two, behind the field if there is one`(
        field: String, message: String, hint: String, line: String
    ) {
        #expect(FieldError(field: field, code: .invalid, message: message, hint: hint).line == line)
    }
}
