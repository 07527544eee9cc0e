import ArgumentParser
import JobCore
import Store
import Settings
import RabbitMQ
import StageKit
import StoreAccess
import Ticker

@main
struct Tickerd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tickerd",
        abstract: "Publishes which schedules are due. Start several: one ticks, others stand by.")

    @OptionGroup var brokerOptions: BrokerOptions
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var daemonOptions: DaemonOptions

    func run() async throws {
        var settings = Settings(
            program: "tickerd", flags: [brokerOptions.flags, storeOptions.flags, daemonOptions.flags])
        let brokerSettings = BrokerSettings(reading: &settings)
        let storeURL = settings.storeURL { try StoreURL.check($0) }
        let daemon = try Daemon(&settings)
        let broker = RabbitBroker(brokerSettings, program: "tickerd", consumes: true, logger: daemon.logger)
        let opened = LazyStore { try StoreURL.open(storeURL) }
        try await daemon.run(connections: broker.run, faults: { await opened.faults() + broker.faults }) {
            [Ticker(store: try opened.open(), broker: broker, time: SystemTime(), logger: daemon.logger)]
        }
    }
}
