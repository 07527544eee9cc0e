import BrokerAccess
import Courier
import HTTPClient
import JobCore
import Logging
import Messaging
import RabbitMQ

/// The courier's way to a service, by the type of its target.
struct TargetInvoker: Invoker {
    let connectionsPerTargetLimit = WebhookInvoker.connectionsPerTargetLimit
    private let webhooks: WebhookInvoker
    private let queues: QueueInvoker?
    private let sqs: SQSInvoker

    init(_ configuration: CourierConfiguration, logger: Logger) {
        webhooks = WebhookInvoker(addressGuard: AddressGuard(allowed: configuration.allowedNetworks))
        queues = configuration.serviceBroker.connection.map { options in
            QueueInvoker(
                broker: ServiceBroker(options: options, logger: logger), topology: configuration.broker.topology)
        }
        sqs = SQSInvoker(configuration.sqs)
    }

    /// Keeps all connections, until it is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await webhooks.run() }
            if let queues { group.addTask { await queues.run() } }
            group.addTask { await sqs.run() }
        }
    }

    func invoke(_ invocation: Invocation) async -> AttemptResult {
        switch invocation.target.kind {
        case .http: await webhooks.invoke(invocation)
        case .rabbitmq:
            // Jobs are put only where there is one, so this courier lacks a setting, and another may have it.
            await queues?.invoke(invocation)
                ?? AttemptResult(
                    .unreachable, latencyMilliseconds: 0, error: "this courierd has no service broker configured")
        case .sqs: await sqs.invoke(invocation)
        }
    }
}
