import BrokerAccess
import RabbitMQ
import Reaper
public import Settings
public import StageKit
import StoreAccess

public struct Reaperd: DaemonProgram {
    public static let program = Program.reaperd
    public static let abstract = "Ends executions that time out, repeats lost deliveries, removes old history."

    public static func run(_ settings: Settings) async throws {
        let (daemonSettings, brokerSettings, storeURL, overdueSeconds, keepDays) = try settings.all(
            DaemonSettings.init, BrokerSettings.init, AllSettings.storeURL.parsed(StoreURL.init(parsing:)).value,
            AllSettings.redeliverAfterSeconds.value, AllSettings.historyDays.value)
        let daemon = Daemon.bootstrap(daemonSettings)
        let time = StoreClock(logger: daemon.logger)
        let broker = RabbitBroker(brokerSettings, consumes: false, publishesEvents: false, logger: daemon.logger)
        let opened = LazyStore(storeURL, logger: daemon.logger)
        try await daemon.run(connections: broker.run, faults: { await opened.faults() + broker.outages }) {
            let store = try await opened.open()
            let clock = try await time.follow(store)
            let stages: [any PeriodicStage] = [
                ExpiryReporter(store: store), LostDeliveryFinder(store: store, overdueSeconds: overdueSeconds),
                MarkMaker(), HistoryCleaner(store: store, keepDays: keepDays),
            ]
            return clock + stages.map { Periodic($0, broker: broker, time: time, logger: daemon.logger) }
        }
    }
}
