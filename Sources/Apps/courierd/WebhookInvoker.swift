import Courier
import JobCore
import StageKit
import HTTPClient

/// HTTP as the courier's way to a service.
struct WebhookInvoker: Invoker {
    private let client: CurlClient

    init(addressGuard: AddressGuard) {
        client = CurlClient(
            name: "webhooks", addressGuard: addressGuard, maxConnectionsPerHost: 128, userAgent: "Belfry/1",
            secondsSinceEpoch: { SystemTime().now().secondsSinceEpoch })
    }

    /// What a service answered, as text that every store can keep.
    private static func text(_ body: [UInt8]) -> String {
        String(decoding: body, as: UTF8.self).replacing("\0", with: "")
    }

    /// The client's loop, until it is cancelled.
    func run() async {
        await client.run()
    }

    func invoke(_ invocation: Invocation) async -> InvocationOutcome {
        let request = ClientRequest(
            url: invocation.url, headers: invocation.headers.map { .init(name: $0.key, value: $0.value) },
            body: invocation.body, timeoutMilliseconds: Int(invocation.timeoutMilliseconds))
        switch await client.send(request) {
        case .response(let response):
            return InvocationOutcome(
                result: .answered(
                    statusCode: response.status, retryAfterSeconds: response.retryAfterSeconds.map(Int64.init)),
                latencyMilliseconds: Int64(response.latencyMilliseconds),
                error: "status \(response.status): \(Self.text(response.body))")
        case .failure(let failure, let detail, let latencyMilliseconds):
            // The category only: details would make us a port scanner for whoever reads the history.
            return InvocationOutcome(
                result: failure.isFinal ? .forbidden : .unreachable, latencyMilliseconds: Int64(latencyMilliseconds),
                error: failure.description, detail: detail)
        }
    }
}

extension ClientFailure {
    /// True when no other try can end differently.
    fileprivate var isFinal: Bool {
        switch self {
        case .badURL, .badRequest, .blockedAddress: true
        case .unresolved, .notConnected, .tls, .timedOut, .broken: false
        }
    }
}
