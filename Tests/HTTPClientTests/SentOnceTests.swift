import HTTPClient
import Testing

/// Guarantee: every request on the wire is one that its caller knows of.
@Suite(.timeLimit(.minutes(1)))
struct `A kept connection that breaks before the answer` {
    @Test(arguments: [("POST", "{}"), ("POST", ""), ("PUT", "{}"), ("DELETE", "")])
    func `a request over a kept connection that breaks is not sent again`(method: String, body: String) async throws {
        try await withServer(answer: { $0.path == "/breaks" ? .hangUp : .status(200) }) { server, client in
            #expect(await client.send(ClientRequest(url: server.url("/first"))).response?.status == 200)
            let request = ClientRequest(method: method, url: server.url("/breaks"), body: Array(body.utf8))
            #expect(await client.send(request).failure == .broken)
            #expect(await client.send(ClientRequest(url: server.url("/last"))).response?.status == 200)
            #expect(await server.waitForRequests(3).map(\.path) == ["/first", "/breaks", "/last"])
        }
    }

    @Test func `a large request over a kept connection that breaks is not sent again`() async throws {
        let body = [UInt8](repeating: 7, count: 300_000)
        try await withServer(answer: { $0.body.isEmpty ? .status(200) : .hangUp }) { server, client in
            _ = await client.send(ClientRequest(url: server.url("/first")))
            #expect(await client.send(ClientRequest(url: server.url("/breaks"), body: body)).failure == .broken)
            _ = await client.send(ClientRequest(url: server.url("/last")))
            #expect(await server.waitForRequests(3).map(\.path) == ["/first", "/breaks", "/last"])
        }
    }

    @Test func `without an address guard a request is not sent again, either`() async throws {
        try await withServer(allowed: nil, answer: { $0.path == "/breaks" ? .hangUp : .status(200) }) {
            server, client in
            _ = await client.send(ClientRequest(url: server.url("/first")))
            #expect(await client.send(ClientRequest(url: server.url("/breaks"))).failure == .broken)
            _ = await client.send(ClientRequest(url: server.url("/last")))
            #expect(await server.waitForRequests(3).map(\.path) == ["/first", "/breaks", "/last"])
        }
    }

    @Test func `a connection that the server has closed in the meantime is not used`() async throws {
        try await withServer(answer: {
            .beginning("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", hangsUp: $0.path == "/first")
        }) { server, client in
            #expect(await client.send(ClientRequest(url: server.url("/first"))).response?.status == 200)
            #expect(await client.send(ClientRequest(url: server.url("/second"))).response?.status == 200)
            #expect(await server.waitForRequests(2).map(\.path) == ["/first", "/second"])
        }
    }
}

/// Guarantee: a 2xx status means that the service has started, whatever happens to the body after it.
@Suite(.timeLimit(.minutes(1)))
struct `A status whose body is broken` {
    private static let bodies = [
        "Content-Length: 10\r\n\r\nabc", "Content-Length: 10\r\n\r\n", "\r\nabc", "Content-Length: 1",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nab", "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc",
        "Content-Length: nonsense\r\n\r\nabc", "Content-Length: 1\r\n\r\nabcdef",
        "Content-Length: 1\r\nContent-Length: 5\r\n\r\nabc",
    ]

    @Test(arguments: bodies)
    func `a status counts, although the connection breaks in the middle of the body`(rest: String) async throws {
        try await withServer(answer: { _ in .beginning("HTTP/1.1 202 Accepted\r\n\(rest)", hangsUp: true) }) {
            server, client in
            #expect(await client.send(ClientRequest(url: server.url())).response?.status == 202)
            #expect(await server.waitForRequests(1).count == 1)
        }
    }

    @Test(arguments: ["Content-Length: 10\r\n\r\nabc", "\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nab"])
    func `a status counts, although the body does not end in time`(rest: String) async throws {
        try await withServer(answer: { _ in .beginning("HTTP/1.1 200 OK\r\n\(rest)", hangsUp: false) }) {
            server, client in
            let outcome = await client.send(ClientRequest(url: server.url(), timeoutMilliseconds: 8_000))
            #expect(outcome.response?.status == 200)
            #expect(outcome.response?.latencyMilliseconds ?? 0 >= 8_000)
        }
    }

    @Test func `a request that times out does not get the status of the request before it`() async throws {
        try await withServer(maxConnectionsPerHost: 1, answer: { $0.path == "/hold" ? .hold : .status(200) }) {
            server, client in
            // Two handles keep the status of their requests.
            async let one = client.send(ClientRequest(url: server.url("/one")))
            async let other = client.send(ClientRequest(url: server.url("/other")))
            #expect(await [one.response?.status, other.response?.status] == [200, 200])
            async let held = client.send(ClientRequest(url: server.url("/hold")))
            _ = await server.waitForRequests(3)
            let waiting = await client.send(ClientRequest(url: server.url(), timeoutMilliseconds: 60))
            #expect(waiting.failure == .timedOut, "it waited for the only connection")
            await client.stop()
            #expect(await held.failure == .broken)
        }
    }

    @Test func `an informational status is no answer`() async throws {
        try await withServer(answer: { _ in .beginning("HTTP/1.1 100 Continue\r\n\r\n", hangsUp: true) }) {
            server, client in
            #expect(await client.send(ClientRequest(url: server.url())).failure == .broken)
        }
    }
}
