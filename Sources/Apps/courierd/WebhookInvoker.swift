import Courier
import HTTPClient
import JobCore
import StageKit

/// The courier's way to a service over HTTP.
struct WebhookInvoker {
    static let connectionsPerTargetLimit = 128
    /// The couriers that share this invoker: one for ordinary deliveries, one for the bulk. With room for less than
    /// both, ordinary attempts would wait in libcurl behind those of the bulk.
    static let couriers = 2

    private let client: CurlClient

    init(addressGuard: AddressGuard) {
        client = CurlClient(
            name: "webhooks", addressGuard: addressGuard,
            maxConnectionsPerHost: Self.couriers * Self.connectionsPerTargetLimit, userAgent: "Belfry/1",
            secondsSinceEpoch: { SystemTime().now().secondsSinceEpoch })
    }

    /// The client's loop, until it is cancelled.
    func run() async {
        await client.run()
    }

    func invoke(_ invocation: Invocation) async -> AttemptResult {
        var headers = invocation.headers.map { ClientRequest.Header(name: $0.key, value: $0.value) }
        headers.append(.init(name: "Content-Type", value: "application/json"))
        let request = ClientRequest(
            url: invocation.target.address, headers: headers, body: invocation.body,
            timeoutMilliseconds: Int(invocation.timeoutMilliseconds),
            responseBodyBytesMax: AttemptResult.bodyBytesRead)
        switch await client.send(request) {
        case .response(let response):
            return AttemptResult(
                statusCode: response.status, retryAfterSeconds: response.retryAfterSeconds.map(Int64.init),
                body: response.body, hiding: invocation.hidden, latencyMilliseconds: Int64(response.latencyMilliseconds)
            )
        case .failure(let failure, let detail, let latencyMilliseconds):
            // The category only: with details, a reader of the history could use us as a port scanner.
            return AttemptResult(
                failure.isFinal ? .forbidden : .unreachable, latencyMilliseconds: Int64(latencyMilliseconds),
                error: failure.description, detail: detail)
        }
    }
}

extension ClientFailure {
    /// True when no other attempt can end differently.
    fileprivate var isFinal: Bool {
        switch self {
        case .badURL, .badRequest, .blockedAddress: true
        case .unresolved, .notConnected, .tls, .timedOut, .broken: false
        }
    }
}
