import BrokerAccess
import Courier
import JobCore
import Messaging
import RabbitMQ
import ServiceLifecycle

/// Divides the deliveries that a target may get at once among the couriers that are alive: the consumers of their
/// queue. Each takes an equal part, and one at least.
///
/// While a courier starts or ends, a target may get more or fewer for up to `waitMilliseconds`.
struct TargetShare: Service {
    private static let waitMilliseconds: Int64 = 5_000
    /// A courier that has just begun to consume may not be counted yet.
    private static let firstWaitMilliseconds: Int64 = 500

    private let targetInFlight: Int
    private let couriers: [Courier]
    private let queues: any QueueInspector
    private let time = SystemTime()

    /// Nil if the couriers don't share what a target takes.
    init?(_ configuration: CourierConfiguration, for couriers: [Courier]) {
        guard let targetInFlight = configuration.targetInFlight else { return nil }
        self.targetInFlight = Int(targetInFlight)
        self.couriers = couriers
        queues = RabbitQueueInspector(configuration.broker)
    }

    func run() async throws {
        // Until the others are counted, this courier takes the least.
        await share(among: targetInFlight)
        try? await cancelWhenGracefulShutdown {
            var wait = Self.firstWaitMilliseconds
            while true {
                try await time.sleep(milliseconds: wait)
                guard let count = await courierCount() else { continue }
                await share(among: count)
                wait = Self.waitMilliseconds
            }
        }
    }

    /// Nil if the broker gives no answer: the part stays as it is. One that asks is alive.
    private func courierCount() async -> Int? {
        let depths = try? await queues.depths(of: [WorkQueue.courierDeliveries.rawValue])
        return depths?.first??.consumers
    }

    private func share(among count: Int) async {
        for courier in couriers { await courier.setInFlightLimit(targetInFlight / max(1, count)) }
    }
}
