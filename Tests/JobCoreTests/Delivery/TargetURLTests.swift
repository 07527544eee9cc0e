import JobCore
import Testing

@Suite struct `The URL of a webhook target` {
    @Test(arguments: [
        "http://example.com", "https://example.com/", "HTTPS://Example.COM/Hook?a=b&c=%20", "http://localhost:9000/x",
        "http://127.0.0.1/", "http://[::1]:8080/x", "https://example.com/a@b", "https://example.com/?to=a@b",
        "http://h:1/", "http://h:65535", "http://h:/", "http://[::1]:/", "http://4u.example", "http://1.2.3.4.example/",
        "http://my_service.ns.svc.cluster.local./x", "http://[::]/",
        "http://[2001:db8::1]", "http://[::ffff:127.0.0.1]:80/", "http://a-b.c1/",
    ])
    func `a webhook URL may be any absolute http or https URL`(text: String) {
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
        "http://h:99999/", "http://h:65536/", "http://h:0/", "http://h:080/", "http://h:8a/", "http://h:-1/",
        "http://h:+1/",
        "http://h:000080/", "http://h:80:80/", "http://[::1/", "http://[::1", "http://[]/", "http://[::1]x/",
        "http://[::1]:0/", "http://[1.2.3.4]/", "http://[::g]/", "http://[fe80::1%25eth0]/",
        "http://::1/",
        "http://a..b/", "http://./", "http://.a/", "http://-a/", "http://a-/", "http://a%2eb/", "http://a,b/",
        "http://a;b/",
        "http://010.0.0.1/", "http://0x7f.1/", "http://2130706433/", "http://1.2.3/", "http://1.2.3.4./",
        "http://256.1.1.1/", "http://a.0x10/", "http://1.2.3.4.5/", "http://a|b/",
        "http://\(String(repeating: "a", count: 64)).b/",
        "http://\(String(repeating: "a.", count: 127))b/",
        "http://example.com/\u{7F}", "http://example.com/\u{202E}",
    ])
    func `a webhook URL may not be relative, of another scheme or ambiguous about its host`(text: String) {
        #expect(TargetURL.fault(in: text) != nil)
    }

    @Test(arguments: [
        ("http://example.com/a", "http://example.com"), ("HTTP://EXAMPLE.com:80?x", "http://example.com"),
        ("https://example.com", "https://example.com"), ("http://a:", "http://a"), ("http://[::1]:/x", "http://[::1]"),
        ("https://[::1]:1/x/y", "https://[::1]:1"),
    ])
    func `webhook URLs with the same scheme, host and port have the same origin`(text: String, origin: String) {
        #expect(TargetURL.origin(of: text) == origin)
    }
}
