import ArgumentParser
import JobCore
import Hummingbird
import Ingester
import Store
import Messaging
import Settings
import RabbitMQ
import ServiceLifecycle
import Signing
import StageKit
import StoreAccess

@main
struct Ingesterd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingesterd", abstract: "Takes callbacks at its door, and records what becomes of executions.")

    @OptionGroup var brokerOptions: BrokerOptions
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var signingOptions: SigningOptions
    @OptionGroup var daemonOptions: DaemonOptions

    @Option(help: "Where services call back, host:port (default 127.0.0.1:8081). [BELFRY_CALLBACK_LISTEN]")
    var callbackListen: String?

    @Option(help: "both, callback or recorder (default both). [BELFRY_ROLE]")
    var role: String?

    func run() async throws {
        var settings = Settings(
            program: "ingesterd",
            flags: [
                brokerOptions.flags, storeOptions.flags, signingOptions.flags, daemonOptions.flags,
                ["callback-listen": callbackListen, "role": role],
            ])
        let brokerSettings = BrokerSettings(reading: &settings)
        let storeURL = settings.storeURL { try StoreURL.check($0) }
        let keys = settings.signingKeys { try SigningKeys(parsing: $0) }
        let address = settings.listenAddress("callback-listen", default: "127.0.0.1:8081")
        let role = settings.value("role", default: "both", hint: "give both, callback or recorder") { text in
            ["both", "callback", "recorder"].contains(text) ? text : nil
        }
        let daemon = try Daemon(&settings)
        guard let keys, let address, let role else { return }
        let broker = RabbitBroker(
            brokerSettings, program: "ingesterd", consumes: role != "callback", logger: daemon.logger)
        let opened = LazyStore { try StoreURL.open(storeURL) }
        let time = SystemTime()
        try await daemon.run(connections: broker.run, faults: { await opened.faults() + broker.faults }) {
            let store = try opened.open()
            let endpoint = CallbackEndpoint(store: store, broker: broker, keys: keys, time: time, logger: daemon.logger)
            let recorder = ReportHandler(store: store, keys: keys, time: time, logger: daemon.logger)
            let pump = Pump(
                queue: .ingesterReports, limits: .init(prefetch: 2_000, batch: 1_000), handler: recorder,
                broker: broker, time: time, logger: daemon.logger)
            let web = WebServer(address: address, logger: daemon.logger, router: endpoint.router)
            return role == "callback" ? [web] : role == "recorder" ? [pump] : [web, pump]
        }
    }
}
