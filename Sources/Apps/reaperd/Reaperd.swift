import ArgumentParser
import JobCore
import Store
import Settings
import RabbitMQ
import Reaper
import StageKit
import StoreAccess

@main
struct Reaperd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reaperd", abstract: "Sees that every execution ends: time-outs, lost deliveries, old history.")

    @OptionGroup var brokerOptions: BrokerOptions
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var daemonOptions: DaemonOptions

    @Option(help: "Keep history this long, in days (default 30). [BELFRY_HISTORY_DAYS]")
    var historyDays: String?

    @Option(help: "Deliver again what is overdue by this many seconds (default 300). [BELFRY_REDELIVER_AFTER_SECONDS]")
    var redeliverAfterSeconds: String?

    func run() async throws {
        var settings = Settings(
            program: "reaperd",
            flags: [
                brokerOptions.flags, storeOptions.flags, daemonOptions.flags,
                ["history-days": historyDays, "redeliver-after-seconds": redeliverAfterSeconds],
            ])
        let brokerSettings = BrokerSettings(reading: &settings)
        let storeURL = settings.storeURL { try StoreURL.check($0) }
        let overdueSeconds = settings.integer("redeliver-after-seconds", default: 300, in: 10...86_400)
        let keepDays = settings.integer("history-days", default: 30, in: 1...36_500)
        let daemon = try Daemon(&settings)
        let logger = daemon.logger
        let broker = RabbitBroker(brokerSettings, program: "reaperd", consumes: false, logger: logger)
        let opened = LazyStore { try StoreURL.open(storeURL) }
        let time = SystemTime()
        try await daemon.run(connections: broker.run, faults: { await opened.faults() + broker.faults }) {
            let store = try opened.open()
            let stages: [any PeriodicStage] = [
                ExpiryReporter(store: store), LostDeliveryFinder(store: store, overdueSeconds: overdueSeconds),
                HistoryCleaner(store: store, keepDays: keepDays),
            ]
            return stages.map { Periodic($0, broker: broker, time: time, logger: logger) }
        }
    }
}
