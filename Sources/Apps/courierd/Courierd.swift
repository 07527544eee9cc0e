import BrokerAccess
import Courier
import HTTPClient
import JobCore
import Messaging
import RabbitMQ
import Settings
import StageKit

@main
struct Courierd: DaemonProgram {
    static let program = Program.courierd
    static let abstract = "Delivers invocations to services, and retries those that fail."

    static func run(_ settings: Settings) async throws {
        let configuration = try CourierConfiguration(settings)
        let daemon = Daemon.bootstrap(configuration.daemon)
        let broker = RabbitBroker(configuration.broker, consumes: true, logger: daemon.logger)
        let invoker = WebhookInvoker(addressGuard: AddressGuard(allowed: configuration.allowedNetworks))
        let connections: @Sendable () async -> Void = {
            async let webhooks: Void = invoker.run()
            await broker.run()
            await webhooks
        }
        let builder = InvocationBuilder(keys: configuration.keys, callbackBaseURL: configuration.callbackBaseURL)
        try await daemon.run(connections: connections, faults: { broker.faults }) {
            // The bulk has a courier of its own, with its own window and lanes, so that it never takes a place of the
            // other deliveries.
            [WorkQueue.courierDeliveries, .courierBulk].map { queue in
                Courier(
                    queue: queue, broker: broker, invoker: invoker, builder: builder,
                    prefetch: Int(configuration.inFlight),
                    redeliverAfterSeconds: configuration.redeliverAfterSeconds,
                    time: SystemTime(), logger: daemon.logger)
            }
        }
    }
}
