import HTTPServer
import Hummingbird
import RouterTesting
import TestServers
import Testing

/// A direct route on a real socket, beside the routes of a router.
@Suite struct `A direct route` {
    private let route = TestRoute()
    private let waits = AsyncStream.makeStream(of: Void.self)
    private let began = AsyncStream.makeStream(of: Void.self)

    private func withServer(
        _ change: (inout ConnectionLimits) -> Void = { _ in }, _ body: (LiveServer) async throws -> Void
    ) async throws {
        var limits = ConnectionLimits(connectionsMax: 100)
        limits.idleSecondsMax = 600
        change(&limits)
        let (waits, began) = (waits.stream, began.continuation)
        try await LiveServer.run(
            limits: limits, direct: route,
            router: {
                let router = Router(context: PlainContext.self)
                router.get("ok") { _, _ in "fine" }
                router.post("length") { request, _ in
                    "length:\(try await request.body.collect(upTo: 1_000_000).readableBytes)"
                }
                router.get("wait") { _, _ in
                    began.yield()
                    for await _ in waits { break }
                    return "waited"
                }
                return router
            }, body)
    }

    private static func post(_ path: String, _ body: String = "") -> String {
        "POST /\(path) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static let get = "GET /ok HTTP/1.1\r\nHost: x\r\n\r\n"

    private static func answer(_ body: String) -> WholeAnswer { WholeAnswer(status: .ok, body: Array(body.utf8)) }

    /// Checks that the texts are in another one, in this order.
    private static func expect(
        _ texts: [String], in text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var rest = text[...]
        for part in texts {
            guard let range = rest.firstRange(of: part) else {
                Issue.record("no \(part) in its place: \(text)", sourceLocation: sourceLocation)
                return
            }
            rest = rest[range.upperBound...]
        }
    }

    @Test func `answers its requests with the fields that all answers have, and the router answers the others`()
        async throws
    {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            client.send(Self.post("direct/now", "abc"))
            let direct = try await client.readUntil("now:abc").lowercased()
            client.send(Self.get)
            let routed = try await client.readUntil("fine").lowercased()
            for text in [direct, routed] {
                #expect(text.hasPrefix("http/1.1 200 ok\r\n") && text.contains("\r\nserver: belfry\r\n"))
                #expect(text.contains(#/\r\ndate: [a-z]{3}, \d\d [a-z]{3} \d{4} \d\d:\d\d:\d\d gmt\r\n/#))
            }
            #expect(direct.contains("\r\ncontent-length: 7\r\n") && !direct.contains("close"))
            client.send(Self.post("length", "abcd"))
            #expect(try await client.readUntil("length:4").contains("200"))
        }
    }

    @Test func `answers pipelined requests in order, its own and those of the router`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            client.send(
                Self.post("direct/later", "a") + Self.get + Self.post("direct/now", "b")
                    + Self.post("direct/later", "c")
                    + Self.post("direct/refused", "d") + Self.post("length", "four") + Self.get)
            let first = try #require(await route.nextReply())
            #expect(first.body == "a" && client.read().text.isEmpty)
            first.reply.send(Self.answer("later:a"))
            let second = try #require(await route.nextReply())
            #expect(second.body == "c")
            let text = try await client.readUntil("now:b")
            Self.expect(["later:a", "fine", "now:b"], in: text)
            #expect(!text.contains("401"))
            second.reply.send(Self.answer("later:c"))
            Self.expect(
                ["later:c", "401", "length:4", "fine"], in: try await client.readUntil("fine"))
            client.send(Self.get)
            #expect(try await client.readUntil("fine").contains("200"))
        }
    }

    @Test func `waits for the answer of the router to the request before`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n" + Self.post("direct/now", "a") + Self.get)
            for await _ in began.stream { break }
            #expect(client.read().text.isEmpty)
            waits.continuation.yield()
            Self.expect(["waited", "now:a", "fine"], in: try await client.readUntil("fine"))
        }
    }

    @Test func `answers a thousand pipelined requests`() async throws {
        try await withServer { server in
            let bytes = (0..<1_000).flatMap {
                LiveClient.request(uri: "/direct/now", method: .post, body: [UInt8($0 % 10)])
            }
            let answers = try await LiveClient(port: server.port).exchange(bytes, answers: 1_000)
            #expect(answers.count == 1_000)
            #expect(answers.enumerated().allSatisfy { $1.body.readableBytesView.last == UInt8($0 % 10) })
        }
    }

    @Test func `reads no more than it can hold of a client that goes on to send while its request is at work`()
        async throws
    {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            client.send(Self.post("direct/later"))
            let first = try #require(await route.nextReply())
            let many = Array(String(repeating: Self.get, count: 10_000).utf8)[...]
            var sent = 0
            // The kernel holds some megabytes.
            while let count = client.sendSome(many), count > 0, sent < 100_000_000 { sent += count }
            #expect(sent < 100_000_000)
            first.reply.send(Self.answer("later"))
            Self.expect(["later", "fine", "fine"], in: try await client.readUntil("fine"))
        }
    }

    @Test func `refuses by the head without a wait for the body, and closes the connection`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            client.send("POST /direct/refused HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nabc")
            let text = try await client.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 401") && text.lowercased().contains("connection: close"))
            #expect(text.ranges(of: "HTTP/1.1").count == 1)
        }
    }

    @Test func `keeps the connection after a refusal of a request that is complete`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            client.send(Self.post("direct/refused", "abc"))
            let text = try await client.readUntil("401")
            #expect(!text.lowercased().contains("connection: close"))
            client.send(Self.get)
            #expect(try await client.readUntil("fine").contains("200"))
        }
    }

    @Test func `refuses a body of more bytes than it takes, though they are not declared`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            client.send("POST /direct/now HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "2710\r\n" + String(repeating: "x", count: 10_000) + "\r\n"
            for _ in 0..<10 { client.send(chunk) }
            client.send("1\r\nx\r\n")
            let text = try await client.readToEnd()
            #expect(text.hasPrefix("HTTP/1.1 413") && text.lowercased().contains("connection: close"))
            let whole = try RawConnection(port: server.port)
            whole.send(
                "POST /direct/now HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
            #expect(try await whole.readUntil("now:abc").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func `answers a body that is broken, or that the connection ends before, and closes the connection`()
        async throws
    {
        try await withServer { server in
            let broken = try RawConnection(port: server.port)
            broken.send("POST /direct/now HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcZ\r\n")
            let short = try RawConnection(port: server.port)
            short.send("POST /direct/now HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
            short.endInput()
            for client in [broken, short] {
                let text = try await client.readToEnd()
                #expect(text.hasPrefix("HTTP/1.1 400") && text.hasSuffix("incomplete"))
                #expect(text.lowercased().contains("connection: close") && text.ranges(of: "HTTP/1.1").count == 1)
            }
        }
    }

    @Test func `answers before the router answers a mistake that comes after`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            client.send(Self.post("direct/later") + "no HTTP\r\n\r\n")
            let first = try #require(await route.nextReply())
            first.reply.send(Self.answer("later"))
            Self.expect(["200", "later", "400"], in: try await client.readToEnd())
        }
    }

    @Test func `closes a connection whose client does not end its body`() async throws {
        try await withServer({ $0.bodySecondsMax = 1 }) { server in
            let client = try RawConnection(port: server.port)
            client.send("POST /direct/now HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            #expect(try await client.readToEnd().isEmpty)
        }
    }

    @Test func `answers a client that sends no more, and one that speaks HTTP 1.0, and closes the connection`()
        async throws
    {
        try await withServer { server in
            let ended = try RawConnection(port: server.port)
            ended.send(Self.post("direct/later", "a"))
            ended.endInput()
            let old = try RawConnection(port: server.port)
            old.send("POST /direct/later HTTP/1.0\r\nContent-Length: 1\r\n\r\nb")
            for _ in 0..<2 {
                let next = try #require(await route.nextReply())
                next.reply.send(Self.answer("later:\(next.body)"))
            }
            #expect(try await ended.readToEnd().hasSuffix("later:a"))
            let text = try await old.readToEnd()
            #expect(text.hasSuffix("later:b") && text.lowercased().contains("connection: close"))
        }
    }

    @Test func `takes a reply to a client that is gone, and a second reply, without harm`() async throws {
        try await withServer { server in
            var client: RawConnection? = try RawConnection(port: server.port)
            client?.send(Self.post("direct/later"))
            let gone = try #require(await route.nextReply())
            client = nil
            let other = try RawConnection(port: server.port)
            other.send(Self.post("direct/later"))
            let next = try #require(await route.nextReply())
            gone.reply.send(Self.answer("gone"))
            next.reply.send(Self.answer("first"))
            next.reply.send(Self.answer("second"))
            other.send(Self.get)
            let text = try await other.readUntil("fine")
            Self.expect(["first", "fine"], in: text)
            #expect(!text.contains("second"))
        }
    }

    @Test func `answers what it has at shutdown, and then the connection is closed as idle ones are`() async throws {
        try await withServer { server in
            let idle = try RawConnection(port: server.port)
            idle.send(Self.post("direct/now"))
            _ = try await idle.readUntil("now:")
            let client = try RawConnection(port: server.port)
            client.send(Self.post("direct/later") + Self.get + Self.post("direct/now", "last"))
            let first = try #require(await route.nextReply())
            let slow = try RawConnection(port: server.port)
            slow.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n" + Self.post("direct/now", "behind"))
            for await _ in began.stream { break }
            let reading = try RawConnection(port: server.port)
            reading.send("POST /direct/now HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc")
            // Those of the idle client, of the one that waits, and this one.
            for await _ in route.admissions.prefix(3) {}
            await server.shutDown()
            #expect(try await idle.readToEnd().isEmpty)
            #expect(client.read() == ("", false) && slow.read() == ("", false))
            first.reply.send(Self.answer("later"))
            Self.expect(["later", "fine", "now:last"], in: try await client.readToEnd())
            waits.continuation.yield()
            Self.expect(["waited", "now:behind"], in: try await slow.readToEnd())
            reading.send("def")
            #expect(try await reading.readToEnd().hasSuffix("now:abcdef"))
        }
    }
}
