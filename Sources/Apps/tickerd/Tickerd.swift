import BrokerAccess
import JobCore
import RabbitMQ
public import Settings
public import StageKit
import StoreAccess
import Ticker

public struct Tickerd: DaemonProgram {
    public static let program = Program.tickerd
    public static let abstract = "Publishes which schedules are due. Start several: one ticks, the others stand by."

    public static func run(_ settings: Settings) async throws {
        let (daemonSettings, brokerSettings, storeURL) = try settings.all(
            DaemonSettings.init, BrokerSettings.init, AllSettings.storeURL.parsed(StoreURL.init(parsing:)).value)
        let daemon = Daemon.bootstrap(daemonSettings)
        let broker = RabbitBroker(brokerSettings, consumes: true, publishesEvents: false, logger: daemon.logger)
        let store = LazyStore(storeURL, logger: daemon.logger)
        try await daemon.run(connections: broker.run, faults: { await store.faults() + broker.outages }) {
            [Ticker(store: try await store.open(), broker: broker, time: SystemTime(), logger: daemon.logger)]
        }
    }
}
