import BrokerAccess
import Dispatcher
import Messaging
import RabbitMQ
public import Settings
public import StageKit
import StoreAccess

public struct Dispatcherd: DaemonProgram {
    public static let program = Program.dispatcherd
    public static let abstract = "Turns due schedules into executions and their deliveries."

    public static func run(_ settings: Settings) async throws {
        let (daemonSettings, brokerSettings, storeURL) = try settings.all(
            DaemonSettings.init, BrokerSettings.init, AllSettings.storeURL.parsed(StoreURL.init(parsing:)).value)
        let daemon = Daemon.bootstrap(daemonSettings)
        let (time, logger) = (StoreClock(logger: daemon.logger), daemon.logger)
        let broker = RabbitBroker(brokerSettings, consumes: true, publishesEvents: true, logger: logger)
        let opened = LazyStore(storeURL, logger: daemon.logger)
        try await daemon.run(connections: broker.run, faults: { await opened.faults() + broker.outages }) {
            let (store, share) = (try await opened.open(), ServiceShare())
            let clock = try await time.follow(store)
            let limits = Pump.Limits(prefetch: 400, batch: 200)
            // A due event may stand for hundreds of executions, or for one.
            let dueLimits = Pump.Limits(prefetch: 32, batch: 32)
            let due = DueHandler(store: store, time: time, logger: logger)
            let redeliveries = RedeliveryHandler(store: store, share: share, time: time, logger: logger)
            let deliveries = DeliveryDueHandler(store: store, share: share, time: time, logger: logger)
            let handlers: [(WorkQueue, Pump.Limits, any MessageHandler)] = [
                (.dispatcherDue, dueLimits, due), (.dispatcherBulk, dueLimits, due),
                (.dispatcherRuns, limits, RunHandler(store: store, share: share, time: time, logger: logger)),
                (.dispatcherDeliveries, limits, deliveries),
                (.dispatcherRedeliveries, limits, redeliveries),
            ]
            return clock
                + handlers.map { Pump(queue: $0, limits: $1, handler: $2, broker: broker, time: time, logger: logger) }
        }
    }
}
