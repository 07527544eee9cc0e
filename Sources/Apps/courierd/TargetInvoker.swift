import Courier
import HTTPClient
import JobCore

/// The courier's way to a service, by the type of its target.
struct TargetInvoker: Invoker {
    let connectionsPerTargetLimit = WebhookInvoker.connectionsPerTargetLimit
    private let webhooks: WebhookInvoker

    init(_ configuration: CourierConfiguration) {
        webhooks = WebhookInvoker(addressGuard: AddressGuard(allowed: configuration.allowedNetworks))
    }

    /// Keeps all connections, until it is cancelled.
    func run() async {
        await webhooks.run()
    }

    func invoke(_ invocation: Invocation) async -> AttemptResult {
        switch invocation.target.kind {
        case .http: await webhooks.invoke(invocation)
        case .rabbitmq, .sqs:
            AttemptResult(.forbidden, latencyMilliseconds: 0, error: "this courierd can't deliver to such a target")
        }
    }
}
