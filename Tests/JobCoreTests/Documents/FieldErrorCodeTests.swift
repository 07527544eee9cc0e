import JSON
import JobCore
import Testing

@Suite struct `The codes of field errors` {
    private static let mistakes: [(String, JSONValue, FieldError.Code)] = [
        ("schedule", .null, .missing), ("enabled", .null, .missing), ("ttl_seconds", .null, .missing),
        ("enabled", .string("yes"), .wrongType), ("ttl_seconds", .string("60"), .wrongType),
        ("ttl_seconds", .number(1.5), .wrongType), ("headers", .array([]), .wrongType),
        ("tags", .string("a"), .wrongType), ("payload", .integer(1), .wrongType),
        ("ttl_seconds", .integer(0), .outOfRange), ("retry", .object(["max_attempts": .integer(21)]), .outOfRange),
        ("retry", .object(["backoff_seconds": .array([.integer(0)])]), .outOfRange),
        ("description", .string(String(repeating: "x", count: 1_025)), .tooLong),
        ("tags", .array(Array(repeating: .string("a"), count: 21)), .tooLong),
        ("async", .bool(false), .notAllowed), ("invocation_type", .string("smtp"), .notAllowed),
        ("misfire", .string("none"), .notAllowed), ("dst", .string("sometimes"), .notAllowed),
        ("headers", .object(["Host": .string("x")]), .notAllowed),
        ("shedule", .string("x"), .unknownField), ("retry", .object(["tries": .integer(5)]), .unknownField),
        ("schedule", .string("every day"), .invalid), ("time_zone", .string("Mars/Olympus"), .invalid),
        ("invocation_target", .string("/hook"), .invalid), ("start_at", .string("tomorrow"), .invalid),
        ("start_at", .string("0001-01-01T00:00:00Z"), .outOfRange),
        ("end_at", .string("9999-12-31T23:59:59-05:00"), .outOfRange),
        ("description", .string("\0"), .invalid), ("tags", .array([.integer(1)]), .invalid),
    ]

    @Test(arguments: mistakes)
    func `the code of a mistake in a job document names its kind`(
        field: String, value: JSONValue, code: FieldError.Code
    ) {
        let error = #expect(throws: InvalidDocument.self) { try SampleDocument.parse([field: value]) }
        #expect(error?.errors.map(\.code) == [code])
    }

    @Test func `the code of an unreadable document tells a wrong form from a wrong type`() {
        for (text, code) in [("{", FieldError.Code.invalid), ("[]", .wrongType), ("\"x\"", .wrongType)] {
            let error = #expect(throws: InvalidDocument.self) {
                try SampleDocument.parse(text)
            }
            #expect(error?.errors.map(\.code) == [code], "\(text)")
        }
    }

    @Test func `the codes of field errors are snake_case`() {
        #expect(
            FieldError.Code.allCases.map(\.rawValue) == [
                "missing", "wrong_type", "out_of_range", "too_long", "not_allowed", "unknown_field", "invalid",
                "not_accepted", "not_tested", "changed",
            ])
    }
}
