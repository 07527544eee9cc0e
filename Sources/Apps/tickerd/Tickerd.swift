import BrokerAccess
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
        let (opened, time) = (LazyStore(storeURL, logger: daemon.logger), StoreClock(logger: daemon.logger))
        try await daemon.run(connections: broker.run, faults: { await opened.faults() + broker.outages }) {
            let store = try await opened.open()
            let clock = try await time.follow(store)
            return [Ticker(store: store, broker: broker, time: time, logger: daemon.logger)] + clock
        }
    }
}
