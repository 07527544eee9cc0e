import ArgumentParser
import JobCore
import Dispatcher
import Store
import Messaging
import Settings
import RabbitMQ
import StageKit
import StoreAccess

@main
struct Dispatcherd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dispatcherd", abstract: "Turns due schedules into executions and their deliveries.")

    @OptionGroup var brokerOptions: BrokerOptions
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var daemonOptions: DaemonOptions

    func run() async throws {
        var settings = Settings(
            program: "dispatcherd", flags: [brokerOptions.flags, storeOptions.flags, daemonOptions.flags])
        let brokerSettings = BrokerSettings(reading: &settings)
        let storeURL = settings.storeURL { try StoreURL.check($0) }
        let daemon = try Daemon(&settings)
        let broker = RabbitBroker(brokerSettings, program: "dispatcherd", consumes: true, logger: daemon.logger)
        let opened = LazyStore { try StoreURL.open(storeURL) }
        let time = SystemTime()
        try await daemon.run(connections: broker.run, faults: { await opened.faults() + broker.faults }) {
            let store = try opened.open()
            let due = DueHandler(store: store, time: time, logger: daemon.logger)
            let runs = RunHandler(store: store, time: time, logger: daemon.logger)
            let deliveries = DeliveryDueHandler(store: store, logger: daemon.logger)
            return [
                // A due event may stand for hundreds of executions, so a few make a batch.
                Pump(
                    queue: .dispatcherDue, limits: .init(prefetch: 8, batch: 2), handler: due, broker: broker,
                    time: time, logger: daemon.logger),
                Pump(
                    queue: .dispatcherRuns, limits: .init(prefetch: 400, batch: 200), handler: runs, broker: broker,
                    time: time, logger: daemon.logger),
                Pump(
                    queue: .dispatcherDeliveries, limits: .init(prefetch: 400, batch: 200), handler: deliveries,
                    broker: broker, time: time, logger: daemon.logger),
            ]
        }
    }
}
