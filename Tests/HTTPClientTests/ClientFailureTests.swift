import Glibc
import HTTPClient
import TestServers
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ClientFailureTests {
    @Test func `a request to a silent server times out`() async throws {
        try await withServer(answer: { _ in .hold }) { server, client in
            let outcome = await client.send(ClientRequest(url: server.url(), timeoutMilliseconds: 60))
            guard case .failure(let failure, _, let latency) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(failure == .timedOut)
            #expect(latency >= 60)
        }
    }

    @Test func `a request that waits for a free connection times out, too`() async throws {
        try await withServer(maxConnectionsPerHost: 1, answer: { _ in .hold }) { server, client in
            async let first = client.send(ClientRequest(url: server.url()))
            _ = await server.waitForRequests(1)
            #expect(await client.send(ClientRequest(url: server.url(), timeoutMilliseconds: 60)).failure == .timedOut)
            await server.answerHeld(.status(200))
            #expect(await first.response?.status == 200)
        }
    }

    @Test func `a closed port refuses the connection`() async throws {
        try await withServer(answer: { _ in .status(200) }) { _, client in
            let port = ListeningSocket().port
            #expect(await client.send(ClientRequest(url: "http://127.0.0.1:\(port)/")).failure == .notConnected)
        }
    }

    @Test func `a server that hangs up is a broken connection`() async throws {
        try await withServer(answer: { _ in .hangUp }) { server, client in
            #expect(await client.send(ClientRequest(url: server.url())).failure == .broken)
        }
    }

    @Test func `a response that is not HTTP is a broken connection`() async throws {
        try await withServer(answer: { _ in .bytes(Array("SSH-2.0-OpenSSH\r\n".utf8)) }) { server, client in
            #expect(await client.send(ClientRequest(url: server.url())).failure == .broken)
        }
    }

    @Test func `a TLS request to a server without TLS fails as TLS`() async throws {
        try await withServer(answer: { _ in .status(200) }) { server, client in
            #expect(await client.send(ClientRequest(url: server.url(scheme: "https"))).failure == .tls)
        }
    }

    @Test func `a host name without an address is unresolved`() async throws {
        try await withServer(answer: { _ in .status(200) }) { _, client in
            #expect(await client.send(ClientRequest(url: "http://nowhere.invalid/")).failure == .unresolved)
        }
    }

    @Test func `a client that is stopped ends its requests in flight and refuses further ones`() async throws {
        try await withServer(answer: { _ in .hold }) { server, client in
            async let held = client.send(ClientRequest(url: server.url()))
            _ = await server.waitForRequests(1)
            await client.stop()
            #expect(await held.failure == .broken)
            #expect(await client.send(ClientRequest(url: server.url())).failure == .broken)
        }
    }

    @Test func `a cancelled request frees its connection`() async throws {
        try await withServer(maxConnectionsPerHost: 1, answer: { $0.path == "/held" ? .hold : .status(200) }) {
            server, client in
            let sending = Task { await client.send(ClientRequest(url: server.url("/held"))) }
            _ = await server.waitForRequests(1)
            sending.cancel()
            #expect(await sending.value.failure == .broken)
            // The only connection is free again.
            #expect(await client.send(ClientRequest(url: server.url())).response?.status == 200)
        }
    }

    @Test func `a request that is cancelled before it is sent is not sent`() async throws {
        try await withServer(answer: { _ in .status(200) }) { server, client in
            let outcome = await withTaskGroup(of: ClientOutcome.self) { group in
                group.cancelAll()
                group.addTask { await client.send(ClientRequest(url: server.url("/cancelled"))) }
                return await group.next()
            }
            #expect(outcome?.failure == .broken)
            _ = await client.send(ClientRequest(url: server.url("/after")))
            #expect(await server.waitForRequests(1).map(\.path) == ["/after"])
        }
    }

    @Test func `a request uses no proxy of the environment`() async throws {
        // In a process of its own: other tests' threads read the environment.
        await #expect(processExitsWith: .success) {
            let proxy = ListeningSocket()
            for name in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"] {
                setenv(name, "http://127.0.0.1:\(proxy.port)", 1)
            }
            try await withServer(answer: { _ in .status(200) }) { server, client in
                let outcome = await client.send(ClientRequest(url: server.url(), timeoutMilliseconds: 5_000))
                #expect(outcome.response?.status == 200)
            }
        }
    }
}
