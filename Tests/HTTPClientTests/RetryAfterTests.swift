import Testing

@testable import HTTPClient

struct RetryAfterTests {
    private let now: Int64 = 784_111_777  // Sun, 06 Nov 1994 08:49:37 GMT

    @Test(arguments: [
        ("0", 0), ("120", 120), ("86401", 86_400), ("999999999999999999999999", 86_400),
        ("Sun, 06 Nov 1994 08:50:37 GMT", 60), ("Sunday, 06-Nov-94 08:50:37 GMT", 60), ("Sun Nov  6 08:50:37 1994", 60),
        ("Sun, 06 Nov 1994 08:49:36 GMT", 0), ("Sun, 06 Nov 2094 08:49:37 GMT", 86_400),
    ])
    func `a Retry-After header is a number of seconds or one of three forms of dates`(text: String, seconds: Int) {
        #expect(RetryAfter.seconds(text, now: now) == seconds)
    }

    @Test(arguments: ["", " ", "-1", "12x", "1.5", "soon", "\u{0}"])
    func `a Retry-After header in any other form is ignored`(text: String) {
        #expect(RetryAfter.seconds(text, now: now) == nil)
    }
}
