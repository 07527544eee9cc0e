import Foundation
import HTTPClient

/// An HTTP client for the length of one request: a command sends few.
enum OneRequest {
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
