import Foundation
import HTTPClient

/// Sends single HTTP requests, each with a client of its own, since a command sends few.
enum OneRequest {
    /// Sends a request and returns its outcome.
    static func send(_ request: ClientRequest) async -> ClientOutcome {
        let web = CurlClient(
            name: "http", addressGuard: nil, maxConnectionsPerHost: 4, userAgent: "belfry",
            secondsSinceEpoch: { Int64(Date().timeIntervalSince1970) })
        async let loop: Void = web.run()
        let outcome = await web.send(request)
        await web.stop()
        await loop
        return outcome
    }
}
