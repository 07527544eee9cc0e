import JobCore
import Testing

@Suite struct `The headers of a job` {
    @Test(arguments: [("X-Team", "a b"), ("Authorization", "Bearer x"), ("x", ""), ("!#$%&'*+-.^_`|~09aZ", "\tü")])
    func `a job's header may have any name and value that RFC 9110 allows`(name: String, value: String) {
        #expect(HeaderRule.fault(name: name, value: value) == nil)
    }

    @Test(arguments: [
        "", "a b", "a:b", "a\n", "ä", "a\u{0}", "(a)", "\"a\"", String(repeating: "a", count: 129),
    ])
    func `a job's header is refused if RFC 9110 does not allow its name`(name: String) {
        #expect(HeaderRule.fault(name: name, value: "x") != nil)
    }

    @Test(arguments: [
        "Host", "content-length", "Content-Type", "Transfer-Encoding", "CONNECTION", "TE", "Trailer", "Upgrade",
        "Expect", "User-Agent", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "proxy-authenticate",
        "Trailers",
        "HTTP2-Settings", "Content-Encoding", "traceparent", "tracestate", "webhook-id", "Webhook-Signature",
        "webhook-anything",
    ])
    func `a job's header is refused if Belfry sets it or if it frames the message`(name: String) {
        #expect(HeaderRule.fault(name: name, value: "x") != nil)
    }

    @Test(arguments: ["CC", "BCC", "cc", "Bcc", "x-delay", "X-Death", "x-belfry-token"])
    func `a job's header is refused for RabbitMQ if the broker acts on it`(name: String) {
        #expect(HeaderRule.fault(name: name, value: "x", to: .rabbitmq) == "belongs to the broker")
        #expect(HeaderRule.fault(name: name, value: "x") == nil)
    }

    @Test(arguments: ["Team", "ccc", "traffic", "xx"])
    func `a job's header may have any other name for RabbitMQ`(name: String) {
        #expect(HeaderRule.fault(name: name, value: "x", to: .rabbitmq) == nil)
    }

    @Test(arguments: ["a\r\nX-Forged: 1", "a\n", "\r", "\u{0}", "\u{1B}[2J", "\u{7F}"])
    func `a job's header is refused if its value has a control character`(value: String) {
        #expect(HeaderRule.fault(name: "X-A", value: value) != nil)
    }
}
