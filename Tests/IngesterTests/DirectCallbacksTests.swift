import Determinism
import Foundation
import HTTPServer
import HTTPTypes
import Hummingbird
import InMemoryLogging
import Ingester
import JobCore
import Logging
import RouterTesting
import Signing
import TestServers
import Testing

/// Callbacks on real connections to the server as ingesterd runs it, with its broker under control of the test.
@Suite struct `Callbacks on connections` {
    private static let now = Instant(secondsSinceEpoch: 1_900_000_000)
    private static let body = #"{"status": "success"}"#

    private let store = MemoryCallbackStore()
    private let broker = GatedBroker()
    private let log = InMemoryLogHandler()
    private let keys: SigningKeys
    private let path: String

    init() throws {
        keys = try SigningKeys(parsing: "main:" + Data(repeating: 7, count: 32).base64EncodedString())
        let id = ExecutionID.random()
        store.set(.processing, of: id)
        let token = CallbackToken(executionID: id, expiresAt: Self.now.adding(seconds: 100)).signed(with: keys)
        path = "/callback/\(token)"
    }

    private func withServer(
        publishMaxMilliseconds: Int64 = 60_000, _ body: (LiveServer) async throws -> Void
    ) async throws {
        let log = log
        let endpoint = CallbackEndpoint(
            store: store, broker: broker, keys: keys, time: HandTime(Self.now),
            logger: Logger(label: "test") { _ in log }, publishMaxMilliseconds: publishMaxMilliseconds)
        try await LiveServer.run(direct: endpoint.direct, router: endpoint.router, body)
    }

    private static func post(_ path: String, _ fields: String = "", _ body: String = body) -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\(fields)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static func statuses(in text: String) -> [String] {
        text.matches(of: #/HTTP/1\.1 (\d\d\d)/#).map { String($0.1) }
    }

    @Test func `are answered in order, each when it has been published, and other routes beside them`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            client.send(
                Self.post(path) + Self.post(path + "x") + "GET /callback HTTP/1.1\r\nHost: x\r\n\r\n" + Self.post(path)
                    + "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + Self.post(path, "", "{}"))
            #expect(await broker.nextPublish() == 1)
            let other = try RawConnection(port: server.port)
            other.send("GET /callback HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await other.readUntil("endpoint").contains("200"))
            #expect(client.read().text.isEmpty)
            broker.confirm()
            #expect(await broker.nextPublish() == 1)
            #expect(Self.statuses(in: try await client.readUntil("endpoint")) == ["202", "401", "200"])
            broker.confirm()
            #expect(Self.statuses(in: try await client.readUntil("missing")) == ["202", "404", "422"])
        }
        #expect(log.entries.map { $0.metadata["path"] } == ["/callback/{token}", "NotFound", "/callback/{token}"])
        #expect(log.entries.allSatisfy { !"\($0.metadata)".contains("v1.main") })
    }

    @Test func `of many connections are published together, and each is answered`() async throws {
        try await withServer { server in
            let clients = try (0..<20).map { _ in try RawConnection(port: server.port) }
            for client in clients { client.send(Self.post(path) + Self.post(path + "x")) }
            var count = 0
            while count < clients.count {
                count += await broker.nextPublish()
                broker.confirm()
            }
            #expect(count == clients.count)
            for client in clients {
                #expect(Self.statuses(in: try await client.readUntil("not valid")) == ["202", "401"])
            }
        }
    }

    @Test(arguments: ["/callback/%76%31", "/callback//", "/callback/v1?a", "/callback/v1/x", "//callback/v1"])
    func `with an unusual path are answered by the router as ever`(path: String) async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            client.send(Self.post(path))
            let text = try await client.readUntil("request_id")
            #expect(["401", "404", "405"].contains(Self.statuses(in: text).joined()))
            #expect(text.contains(#/X-Request-Id: [0-9a-f]{16}\r\n/#))
        }
    }

    @Test func `whose client waits to be asked for the body are asked`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            let request = Self.post(path, "Expect: 100-continue\r\n")
            client.send(String(request.dropLast(Self.body.count)))
            #expect(try await client.readUntil("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            client.send(Self.body)
            #expect(await broker.nextPublish() == 1)
            broker.confirm()
            #expect(try await client.readUntil("\r\n\r\n").hasPrefix("HTTP/1.1 202"))
        }
    }

    @Test func `with too large a body are refused before it has come, and their connection is closed`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            let type = "Content-Type: application/json\r\n"
            client.send(
                "POST \(path) HTTP/1.1\r\nHost: x\r\n\(type)Content-Length: \(Limits.callbackBytesMax + 1)\r\n\r\n{")
            let declared = try await client.readToEnd()
            #expect(declared.hasPrefix("HTTP/1.1 413") && declared.contains("too_large"))
            let chunked = try RawConnection(port: server.port)
            chunked.send("POST \(path) HTTP/1.1\r\nHost: x\r\n\(type)Transfer-Encoding: chunked\r\n\r\n")
            let chunk = "8000\r\n" + String(repeating: " ", count: 0x8000) + "\r\n"
            for _ in 0..<9 { chunked.send(chunk) }
            let counted = try await chunked.readToEnd()
            #expect(counted.hasPrefix("HTTP/1.1 413") && counted.lowercased().contains("connection: close"))
        }
    }

    @Test func `are published though their client is gone, and the others of the batch are answered`() async throws {
        try await withServer { server in
            let first = try RawConnection(port: server.port)
            first.send(Self.post(path))
            #expect(await broker.nextPublish() == 1)
            var gone: RawConnection? = try RawConnection(port: server.port)
            gone?.send(Self.post(path))
            gone = nil
            let client = try RawConnection(port: server.port)
            client.send(Self.post(path))
            broker.confirm()
            var count = 0
            while count < 2 {
                count += await broker.nextPublish()
                broker.confirm()
            }
            #expect(try await first.readUntil("\r\n\r\n").hasPrefix("HTTP/1.1 202"))
            #expect(try await client.readUntil("\r\n\r\n").hasPrefix("HTTP/1.1 202"))
        }
    }

    @Test func `in hand at shutdown are answered, and idle connections are closed`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            client.send(Self.post(path))
            #expect(await broker.nextPublish() == 1)
            let idle = try RawConnection(port: server.port)
            idle.send("GET /callback HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await idle.readUntil("endpoint")
            await server.shutDown()
            #expect(try await idle.readToEnd().isEmpty)
            #expect(client.read() == ("", false))
            broker.confirm()
            #expect(Self.statuses(in: try await client.readToEnd()) == ["202"])
        }
    }

    @Test func `are answered 503 when the broker has not confirmed in time, and at once while it hangs`() async throws {
        try await withServer(publishMaxMilliseconds: 20) { server in
            let client = try RawConnection(port: server.port)
            client.send(Self.post(path))
            #expect(await broker.nextPublish() == 1)
            let text = try await client.readUntil("request_id")
            #expect(text.hasPrefix("HTTP/1.1 503") && text.contains("Retry-After: 2"))
            client.send(Self.post(path))
            #expect(try await client.readUntil("request_id").hasPrefix("HTTP/1.1 503"))
            broker.confirm()
        }
    }
}
