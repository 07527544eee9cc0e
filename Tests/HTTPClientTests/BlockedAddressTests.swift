import HTTPClient
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BlockedAddressTests {
    @Test(arguments: [
        "127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "017700000001", "0", "[::1]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[::]",
    ])
    func `the loopback address is blocked in every spelling, and no connection is made`(host: String) async throws {
        try await withServer(allowed: [], answer: { _ in .status(200) }) { server, client in
            let outcome = await client.send(ClientRequest(url: server.url(host: host)))
            #expect(outcome.failure == .blockedAddress)
            try await expectNoConnection(server)
        }
    }

    @Test func `an address outside the allowed networks is blocked`() async throws {
        try await withServer(allowed: ["10.0.0.0/8", "127.0.0.2/32"], answer: { _ in .status(200) }) { server, client in
            #expect(await client.send(ClientRequest(url: server.url())).failure == .blockedAddress)
            try await expectNoConnection(server)
        }
    }

    @Test func `the metadata address and private ones are blocked at once`() async throws {
        try await withServer(answer: { _ in .status(200) }) { _, client in
            for host in ["169.254.169.254", "10.0.0.1", "192.168.1.1", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]"] {
                #expect(await client.send(ClientRequest(url: "http://\(host)/")).failure == .blockedAddress, "\(host)")
            }
        }
    }

    @Test func `a client without a guard reaches any address`() async throws {
        try await withServer(allowed: nil, answer: { _ in .status(200) }) { server, client in
            #expect(await client.send(ClientRequest(url: server.url(host: "2130706433"))).response?.status == 200)
        }
    }

    /// A connection of our own comes after any that was made before, so it must be the first.
    private func expectNoConnection(_ server: TestServer) async throws {
        let client = CurlClient(
            name: "test-unguarded", addressGuard: nil, maxConnectionsPerHost: 1, userAgent: "test",
            secondsSinceEpoch: { 0 })
        async let running: Void = client.run()
        #expect(await client.send(ClientRequest(url: server.url())).response?.status == 200)
        #expect(await server.accepted == 1)
        await client.stop()
        await running
    }
}
