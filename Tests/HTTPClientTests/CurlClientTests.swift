import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CurlClientTests {
    @Test func `a response has the status and the first bytes of the body`() async throws {
        try await withServer(answer: { _ in .status(418, body: "short and stout") }) { server, client in
            let outcome = await client.send(ClientRequest(url: server.url(), responseBodyBytesMax: 5))
            #expect(outcome.response?.status == 418)
            #expect(outcome.response?.body == Array("short".utf8))
            #expect(outcome.response?.retryAfterSeconds == nil)
        }
    }

    @Test func `a request arrives with its method, its headers and every byte of its body`() async throws {
        try await withServer(answer: { _ in .status(200) }) { server, client in
            let body = (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }
            let headers: [ClientRequest.Header] = [
                .init(name: "webhook-id", value: "exec_1"), .init(name: "X-Empty", value: ""),
                .init(name: "Content-Type", value: "application/json"),
            ]
            let request = ClientRequest(method: "PUT", url: server.url("/a?b=c"), headers: headers, body: body)
            #expect(await client.send(request).response?.status == 200)
            let seen = try #require(await server.waitForRequests(1).first)
            #expect(seen.method == "PUT")
            #expect(seen.path == "/a?b=c")
            #expect(seen.body == body)
            #expect(seen.headers["webhook-id"] == "exec_1")
            #expect(seen.headers["x-empty"] == "")
            #expect(seen.headers["content-type"] == "application/json")
            #expect(seen.headers["user-agent"] == "belfry-test")
            #expect(seen.headers["expect"] == nil)
        }
    }

    @Test(arguments: ["POST", "DELETE", "GET", "HEAD"])
    func `a request with an empty body is sent without one`(method: String) async throws {
        try await withServer(answer: { _ in .status(204) }) { server, client in
            #expect(await client.send(ClientRequest(method: method, url: server.url())).response?.status == 204)
            let seen = try #require(await server.waitForRequests(1).first)
            #expect(seen.method == method)
            #expect(seen.body.isEmpty)
            #expect(seen.headers["content-type"] == nil)
        }
    }

    @Test func `a request has nothing of the one before it on the same handle`() async throws {
        try await withServer(answer: { _ in .status(200) }) { server, client in
            let header = ClientRequest.Header(name: "X-Secret", value: "1")
            _ = await client.send(ClientRequest(method: "PUT", url: server.url(), headers: [header], body: [1, 2]))
            _ = await client.send(ClientRequest(method: "GET", url: server.url()))
            _ = await client.send(ClientRequest(url: server.url(), body: [3]))
            let seen = await server.waitForRequests(3)
            #expect(seen.map(\.method) == ["PUT", "GET", "POST"])
            #expect(seen.map(\.body) == [[1, 2], [], [3]])
            #expect(seen.map { $0.headers["x-secret"] } == ["1", nil, nil])
        }
    }

    @Test func `one connection serves many requests`() async throws {
        try await withServer(answer: { _ in .status(200, body: "ok") }) { server, client in
            for _ in 0..<20 { #expect(await client.send(ClientRequest(url: server.url())).response?.status == 200) }
            #expect(await server.accepted == 1)
        }
    }

    @Test func `a host gets no more connections than allowed`() async throws {
        try await withServer(maxConnectionsPerHost: 2, answer: { _ in .status(200) }) { server, client in
            await withTaskGroup { group in
                for _ in 0..<50 {
                    group.addTask {
                        #expect(await client.send(ClientRequest(url: server.url())).response?.status == 200)
                    }
                }
            }
            #expect(await server.accepted <= 2)
        }
    }

    @Test(arguments: [
        ("120", 120), (" 7", 7), ("Sun, 06 Nov 1994 08:50:37 GMT", 60), ("99999999999999999999", 86_400),
    ])
    func `a response has its Retry-After header as seconds from now`(header: String, seconds: Int) async throws {
        try await withServer(answer: { _ in .status(429, headers: ["Retry-After: \(header)"]) }) { server, client in
            #expect(await client.send(ClientRequest(url: server.url())).response?.retryAfterSeconds == seconds)
        }
    }

    @Test func `a huge response is cut short, and its status counts`() async throws {
        let huge = String(repeating: "x", count: 20_000_000)
        try await withServer(answer: { $0.path == "/huge" ? .status(200, body: huge) : .status(201) }) {
            server, client in
            let outcome = await client.send(ClientRequest(url: server.url("/huge"), responseBodyBytesMax: 100))
            #expect(outcome.response?.status == 200)
            #expect(outcome.response?.body == Array(repeating: UInt8(ascii: "x"), count: 100))
            #expect(await client.send(ClientRequest(url: server.url())).response?.status == 201)
        }
    }

    @Test func `a response under 64 KiB is read to its end and leaves the connection usable`() async throws {
        let large = String(repeating: "x", count: 60_000)
        try await withServer(answer: { _ in .status(200, body: large) }) { server, client in
            for _ in 0..<3 {
                #expect(await client.send(ClientRequest(url: server.url())).response?.body.count == 1_024)
            }
            #expect(await server.accepted == 1)
        }
    }

    @Test func `a redirect is a response and is not followed`() async throws {
        try await withServer(answer: { _ in .status(302, headers: ["Location: /elsewhere"]) }) { server, client in
            #expect(await client.send(ClientRequest(url: server.url("/here"))).response?.status == 302)
            #expect(await client.send(ClientRequest(url: server.url("/last"))).response?.status == 302)
            #expect(await server.waitForRequests(2).map(\.path) == ["/here", "/last"])
        }
    }

    @Test func `a slow request holds up none of 200 others`() async throws {
        try await withServer(maxConnectionsPerHost: 256, answer: { $0.path == "/slow" ? .hold : .status(200) }) {
            server, client in
            async let slow = client.send(ClientRequest(url: server.url("/slow")))
            _ = await server.waitForRequests(1)
            await withTaskGroup { group in
                for _ in 0..<200 {
                    group.addTask {
                        #expect(await client.send(ClientRequest(url: server.url())).response?.status == 200)
                    }
                }
            }
            await server.answerHeld(.status(202))
            #expect(await slow.response?.status == 202)
        }
    }
}
