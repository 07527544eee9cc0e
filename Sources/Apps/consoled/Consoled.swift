import ArgumentParser
import JobCore
import Console
import Store
import Settings
import RabbitMQ
import StageKit
import StoreAccess

@main
struct Consoled: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consoled", abstract: "The admin API: jobs, runs, history.")

    @OptionGroup var brokerOptions: BrokerOptions
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var daemonOptions: DaemonOptions

    @Option(help: "Where the API is served, host:port (default 127.0.0.1:8080). [BELFRY_API_LISTEN]")
    var apiListen: String?

    func run() async throws {
        var settings = Settings(
            program: "consoled",
            flags: [brokerOptions.flags, storeOptions.flags, daemonOptions.flags, ["api-listen": apiListen]])
        let brokerSettings = BrokerSettings(reading: &settings)
        let storeURL = settings.storeURL { try StoreURL.check($0) }
        let address = settings.listenAddress("api-listen", default: "127.0.0.1:8080")
        let daemon = try Daemon(&settings)
        guard let address else { return }
        let broker = RabbitBroker(brokerSettings, program: "consoled", consumes: false, logger: daemon.logger)
        let opened = LazyStore { try StoreURL.open(storeURL) }
        try await daemon.run(connections: broker.run, faults: { await opened.faults() + broker.faults }) {
            let console = Console(
                store: try opened.open(), broker: broker, time: SystemTime(), logger: daemon.logger)
            return [WebServer(address: address, logger: daemon.logger, router: console.router)]
        }
    }
}
