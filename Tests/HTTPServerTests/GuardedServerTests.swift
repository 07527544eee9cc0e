import HTTPServer
import Hummingbird
import RouterTesting
import TestServers
import Testing

/// The server on a real socket, with clients that send what they like.
@Suite struct `A guarded server` {
    private static func limits(connectionsMax: Int = 100) -> ConnectionLimits {
        var limits = ConnectionLimits(connectionsMax: connectionsMax)
        limits.idleSecondsMax = 600
        limits.headSecondsMax = 600
        limits.bodySecondsMax = 600
        return limits
    }

    @Sendable private static func router() -> Router<PlainContext> {
        let router = Router(context: PlainContext.self)
        router.get("ok") { _, _ in "fine" }
        router.post("length") { request, context in
            try await context.route.sendContinue()
            return "\(try await request.body.collect(upTo: 1_000_000).readableBytes)"
        }
        router.get("large") { _, _ in String(repeating: "x", count: 8_000_000) }
        router.post("refuse") { _, _ -> Response in Response(status: .unauthorized) }
        return router
    }

    /// Runs a server for the time of a closure, which gets its port.
    private func withServer(_ limits: ConnectionLimits = limits(), _ body: (Int) async throws -> Void) async throws {
        try await LiveServer.run(limits: limits, router: Self.router) { try await body($0.port) }
    }

    private static let get = "GET /ok HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func `serves several requests of one connection, pipelined or not`() async throws {
        try await withServer { port in
            let client = try RawConnection(port: port)
            client.send(Self.get)
            #expect(try await client.readUntil("fine").hasPrefix("HTTP/1.1 200"))
            client.send(Self.get + "POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + Self.get)
            let text = try await client.readUntil("3HTTP/1.1 200")
            #expect(text.contains("fine") && !text.contains("close"))
        }
    }

    @Test func `closes a connection whose client sends nothing, and one that does not end its head`() async throws {
        var limits = Self.limits()
        limits.idleSecondsMax = 1
        limits.headSecondsMax = 1
        try await withServer(limits) { port in
            let silent = try RawConnection(port: port)
            let slow = try RawConnection(port: port)
            slow.send("GET /ok HT")
            #expect(try await silent.readToEnd().isEmpty)
            #expect(try await slow.readToEnd().isEmpty)
            let kept = try RawConnection(port: port)
            kept.send(Self.get)
            #expect(try await kept.readToEnd().contains("fine"))
        }
    }

    @Test func `closes a connection whose client drips its head, however often it sends a byte`() async throws {
        var limits = Self.limits()
        limits.headSecondsMax = 1
        try await withServer(limits) { port in
            let client = try RawConnection(port: port)
            for letter in "GET /ok HTTP/1.1\r\nX-Long: " { client.send("\(letter)") }
            _ = try await until("the connection is closed") {
                client.send("x") && !client.read().isClosed ? nil : true
            }
        }
    }

    @Test func `closes a connection whose client does not end its body`() async throws {
        var limits = Self.limits()
        limits.bodySecondsMax = 1
        try await withServer(limits) { port in
            let client = try RawConnection(port: port)
            client.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            let text = try await client.readToEnd()
            #expect(!text.contains("200"))
        }
    }

    @Test func `closes the connection after an answer that comes before the end of the body, and reads no more`()
        async throws
    {
        try await withServer { port in
            let client = try RawConnection(port: port)
            client.send("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nabc")
            let text = try await client.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 401") && text.lowercased().contains("connection: close"))
            #expect(text.ranges(of: "HTTP/1.1").count == 1)
        }
    }

    @Test func `keeps the connection after a refusal of a request that is complete`() async throws {
        try await withServer { port in
            let client = try RawConnection(port: port)
            client.send("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + Self.get)
            let text = try await client.readUntil("fine")
            #expect(text.hasPrefix("HTTP/1.1 401") && !text.lowercased().contains("connection: close"))
        }
    }

    @Test(arguments: [
        "GET /ok HTTP/1.0\r\n\r\n", "GET /ok HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: x\r\nConnection: TE, close\r\n\r\n",
        "GET /ok HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
    ])
    func `closes the connection after the last request of its client`(request: String) async throws {
        try await withServer { port in
            let client = try RawConnection(port: port)
            client.send(request)
            let text = try await client.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 200") && text.hasSuffix("fine"))
            #expect(text.lowercased().contains("connection: close"))
        }
    }

    @Test func `reads a body whose client would like another protocol, and nothing after it`() async throws {
        try await withServer { port in
            let client = try RawConnection(port: port)
            let head = "POST /length HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
            client.send(head + "Content-Length: 3\r\n\r\nabc")
            for _ in 0..<100 { client.send(String(repeating: "x", count: 10_000)) }
            let text = try await client.readToEnd()
            #expect(text.contains("\r\n\r\nHTTP/1.1 200") && text.hasSuffix("\r\n\r\n3"))
        }
    }

    @Test func `closes a connection whose client sends requests and takes no answers`() async throws {
        var limits = Self.limits()
        limits.answerSecondsMax = 1
        try await withServer(limits) { port in
            let client = try RawConnection(port: port)
            let request = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n"
            client.send(request)
            // It never reads, so it sees that the connection is closed only when it sends.
            _ = try await until("the connection is closed") { client.send(request) ? nil : true }
        }
    }

    @Test func `asks for the body of a client that waits to be asked, and not when it refuses`() async throws {
        try await withServer { port in
            let client = try RawConnection(port: port)
            let head = "HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
            client.send("POST /length \(head)")
            #expect(try await client.readUntil("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            client.send("abc")
            let answer = try await client.readUntil("\r\n\r\n3")
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            let refused = try RawConnection(port: port)
            refused.send("POST /refuse \(head)")
            let text = try await refused.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 401"))
        }
    }

    @Test func `answers HEAD with the head of GET, and an encoded path as a plain one`() async throws {
        try await withServer { port in
            let client = try RawConnection(port: port)
            client.send("HEAD /ok HTTP/1.1\r\nHost: x\r\n\r\nGET /%6F%6b HTTP/1.1\r\nHost: x\r\n\r\n")
            let text = try await client.readUntil("fine")
            #expect(text.ranges(of: "HTTP/1.1 200").count == 2)
            #expect(text.lowercased().ranges(of: "content-length: 4").count == 2)
            #expect(text.ranges(of: "fine").count == 1)
        }
    }

    @Test func `serves a client at once, however many others hold a connection and send nothing`() async throws {
        try await withServer(Self.limits(connectionsMax: 20)) { port in
            var others: [RawConnection] = []
            for index in 0..<200 {
                let other = try RawConnection(port: port)
                if index % 2 == 0 { other.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab") }
                others.append(other)
            }
            let client = try RawConnection(port: port)
            client.send(Self.get)
            #expect(try await client.readUntil("fine").hasPrefix("HTTP/1.1 200"))
            _ = try await until("all but the newest are closed") {
                others.filter { !$0.read().isClosed }.count < 20 ? true : nil
            }
        }
    }

    @Test func `holds no more bytes of bodies than it may`() async throws {
        var limits = Self.limits()
        limits.bodyBytesMax = 100_000
        try await withServer(limits) { port in
            let part = String(repeating: "x", count: 40_000)
            let head = "POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n"
            let slow = try (0..<4).map { _ in try RawConnection(port: port) }
            for client in slow { client.send(head + part) }
            _ = try await until("two of them are closed") {
                slow.filter { $0.read().isClosed }.count >= 2 ? true : nil
            }
            let client = try RawConnection(port: port)
            client.send(head + part + String(repeating: "x", count: 10_000))
            #expect(try await client.readUntil("50000").contains("HTTP/1.1 200"))
        }
    }
}
