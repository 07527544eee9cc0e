import JobCore
import Testing

@Suite struct `A webhook's URL` {
    @Test(arguments: [
        "http://example.com", "https://example.com/", "HTTPS://Example.COM/Hook?a=b&c=%20", "http://localhost:9000/x",
        "http://127.0.0.1/", "http://[::1]:8080/x", "https://example.com/a@b", "https://example.com/?to=a@b",
    ])
    func `may be any absolute one of HTTP`(text: String) {
        #expect(TargetURL.fault(in: text) == nil)
    }

    @Test(arguments: [
        "", "example.com", "/hook", "//example.com/hook", "ftp://example.com/", "file:///etc/passwd", "gopher://x/",
        "javascript:alert(1)", "http:/example.com", "http:example.com", "http://", "https:///hook", "http://?x",
        "http://#x",
        "http://:80/", "http://user@example.com/", "http://user:secret@example.com/", "http://good.com@evil.com/",
        "http://good.com\\@evil.com/", "http://example.com/#part", "http://exa mple.com/", " http://example.com/",
        "http://example.com/\r\nHost: evil.com", "http://example.com/\t", "http://example.com/\u{0}",
        "http://exämple.com/",
        "http://example.com/\u{7F}", "http://example.com/\u{202E}",
    ])
    func `may not be relative, of another scheme, or hide where it leads`(text: String) {
        #expect(TargetURL.fault(in: text) != nil)
    }

    @Test(arguments: [
        ("http://example.com/a", "http://example.com"), ("HTTP://EXAMPLE.com:80?x", "http://example.com"),
        ("https://example.com", "https://example.com"), ("https://[::1]:1/x/y", "https://[::1]:1"),
    ])
    func `shares a target with others of the same scheme, host and port`(text: String, origin: String) {
        #expect(TargetURL.origin(of: text) == origin)
    }
}

@Suite struct `A job's header` {
    @Test(arguments: [("X-Team", "a b"), ("Authorization", "Bearer x"), ("x", ""), ("!#$%&'*+-.^_`|~09aZ", "\tü")])
    func `may be sent along`(name: String, value: String) {
        #expect(HeaderRule.fault(name: name, value: value) == nil)
    }

    @Test(arguments: [
        "", "a b", "a:b", "a\n", "ä", "a\u{0}", "(a)", "\"a\"", String(repeating: "a", count: 129),
    ])
    func `has a name that RFC 9110 allows`(name: String) {
        #expect(HeaderRule.fault(name: name, value: "x") != nil)
    }

    @Test(arguments: [
        "Host", "content-length", "Content-Type", "Transfer-Encoding", "CONNECTION", "TE", "Trailer", "Upgrade",
        "Expect", "User-Agent", "traceparent", "tracestate", "webhook-id", "Webhook-Signature", "webhook-anything",
    ])
    func `sets nothing that Belfry itself says or that frames the message`(name: String) {
        #expect(HeaderRule.fault(name: name, value: "x") != nil)
    }

    @Test(arguments: ["a\r\nX-Forged: 1", "a\n", "\r", "\u{0}", "\u{1B}[2J", "\u{7F}"])
    func `has a value on one line`(value: String) {
        #expect(HeaderRule.fault(name: "X-A", value: value) != nil)
    }
}
