import HTTPClient
import JobCore

/// Sends single HTTP requests, each with a client of its own, since a command sends few.
enum OneRequest {
    /// Sends a request and returns its outcome.
    static func send(_ request: ClientRequest) async -> ClientOutcome {
        await CurlClient.once(
            request, userAgent: "belfry", secondsSinceEpoch: { SystemTime().now().secondsSinceEpoch })
    }
}
