import Testing

@testable import HTTPServer

@Suite struct `A path` {
    @Test(arguments: [
        ("/services/%62illing/jobs", "/services/billing/jobs"), ("/%4A%6a%2D%2e%5F%7e%30", "/Jj-._~0"),
        ("/a%2Fb", "/a%2Fb"), ("/a%2fb", "/a%2fb"), ("/a%20b%00", "/a%20b%00"), ("/caf%C3%A9", "/caf%C3%A9"),
        ("/%2562", "/%2562"), ("/%6", "/%6"), ("/%", "/%"), ("/%zz%6g", "/%zz%6g"), ("/%+6", "/%+6"),
        ("/%61?x=%62", "/a?x=%62"), ("/x?%61", "/x?%61"), ("/plain", "/plain"), ("", ""),
    ])
    func `has its letters, digits and marks decoded, and nothing else`(path: String, normalized: String) {
        #expect(PlainPath.normalized(path) == normalized)
    }
}
