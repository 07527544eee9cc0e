import BrokerAccess
import Courier
import JobCore
import Messaging
import RabbitMQ
public import Settings
public import StageKit

public struct Courierd: DaemonProgram {
    public static let program = Program.courierd
    public static let abstract = "Delivers invocations to services, and retries those that fail."

    public static func run(_ settings: Settings) async throws {
        let configuration = try CourierConfiguration(settings)
        let daemon = Daemon.bootstrap(configuration.daemon)
        let logger = daemon.logger
        // The bulk has a courier of its own, with its own window, lanes, connections and bytes in hand.
        let couriers: [(queue: WorkQueue, broker: RabbitBroker)] = [.courierDeliveries, .courierBulk].map { queue in
            (queue, RabbitBroker(configuration.broker, consumes: true, publishesEvents: false, logger: logger))
        }
        let invoker = TargetInvoker(configuration, logger: logger)
        let connections: @Sendable () async -> Void = {
            await withDiscardingTaskGroup { group in
                group.addTask { await invoker.run() }
                for courier in couriers { group.addTask { await courier.broker.run() } }
            }
        }
        let builder = InvocationBuilder(keys: configuration.keys, callbackBaseURL: configuration.callbackBaseURL)
        let urlCheck = CallbackURLCheck(baseURL: builder.callbackBaseURL, broker: configuration.broker, logger: logger)
        try await daemon.run(connections: connections, faults: { couriers.flatMap(\.broker.outages) }) {
            let couriers = couriers.map { queue, broker in
                Courier(
                    queue: queue, broker: broker, invoker: invoker, builder: builder,
                    prefetch: Int(configuration.inFlight),
                    redeliverAfterSeconds: configuration.redeliverAfterSeconds, time: SystemTime(), logger: logger)
            }
            return [urlCheck] + couriers + [TargetShare(configuration, for: couriers)].compactMap(\.self)
        }
    }
}
