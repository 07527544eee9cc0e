import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ClientRequestTests {
    @Test(arguments: [
        "", "example.com", "//example.com/", "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "http://",
        "http:/127.0.0.1/", "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/\0",
        "http://user@127.0.0.1/", "http://user:word@127.0.0.1/", "http://127.0.0.1:99999/",
        "http://127.0.0.1/" + String(repeating: "a", count: 2_032),
    ])
    func `a request's URL that is not a plain web address is refused`(url: String) async throws {
        try await withServer(answer: { _ in .status(200) }) { _, client in
            #expect(await client.send(ClientRequest(url: url)).failure == .badURL)
        }
    }

    @Test func `a request's URL may have 2048 bytes and a scheme in capitals`() async throws {
        try await withServer(answer: { _ in .status(200) }) { server, client in
            let start = server.url(scheme: "HTTP")
            let url = start + String(repeating: "a", count: 2_048 - start.utf8.count)
            #expect(await client.send(ClientRequest(url: url)).response?.status == 200)
        }
    }

    @Test(arguments: [
        ("X-A", "a\r\nX-B: b"), ("X-A", "a\nb"), ("X-A", "a\0b"), ("X-A", "a\u{7f}"), ("X A", "a"), ("", "a"),
        ("X:A", "a"), ("X-A\r\n", "a"), ("Content-Length", "3"), ("transfer-encoding", "chunked"), ("Host", "internal"),
        ("Connection", "close"), ("Expect", "100-continue"),
    ])
    func `a request's header that could change its framing is refused`(name: String, value: String) async throws {
        try await withServer(answer: { _ in .status(200) }) { server, client in
            let request = ClientRequest(url: server.url(), headers: [.init(name: name, value: value)])
            #expect(await client.send(request).failure == .badRequest)
        }
    }

    @Test(arguments: ["", "GET /x HTTP/1.1\r\nX:", "PO ST"])
    func `a request's method must be one word`(method: String) async throws {
        try await withServer(answer: { _ in .status(200) }) { server, client in
            #expect(await client.send(ClientRequest(method: method, url: server.url())).failure == .badRequest)
        }
    }
}
