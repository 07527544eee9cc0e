import HTTPClient
import Testing

/// Runs `body` with a server that answers as `answer` says and a client that may reach it, and ends both.
func withServer(
    maxConnectionsPerHost: Int = 64, allowed: [String]? = ["127.0.0.0/8"],
    answer: @escaping @Sendable (TestServer.Request) -> TestServer.Answer,
    body: (TestServer, CurlClient) async throws -> Void
) async throws {
    let server = TestServer(answer: answer)
    let addressGuard = try allowed.map { AddressGuard(allowed: try $0.map { try CIDRBlock($0) }) }
    let client = CurlClient(
        name: "test-client", addressGuard: addressGuard, maxConnectionsPerHost: maxConnectionsPerHost,
        userAgent: "belfry-test", secondsSinceEpoch: { 784_111_777 })
    try await withThrowingTaskGroup { group in
        group.addTask { await server.run() }
        group.addTask { await client.run() }
        try await body(server, client)
        group.cancelAll()
    }
}

extension TestServer {
    nonisolated func url(_ path: String = "/", host: String = "127.0.0.1", scheme: String = "http") -> String {
        "\(scheme)://\(host):\(port)\(path)"
    }

    /// Waits until `count` more requests have arrived.
    nonisolated func waitForRequests(_ count: Int) async -> [Request] {
        var requests: [Request] = []
        for await request in arrivals {
            requests.append(request)
            if requests.count == count { break }
        }
        return requests
    }
}

extension ClientOutcome {
    var response: ClientResponse? {
        if case .response(let response) = self { response } else { nil }
    }

    var failure: ClientFailure? {
        if case .failure(let failure, _, _) = self { failure } else { nil }
    }
}
