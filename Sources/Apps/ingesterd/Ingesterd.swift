import ArgumentParser
import Hummingbird
import Ingester
import JobStore
import Messaging
import ProgramSettings
import RabbitMQ
import ServiceLifecycle
import Signing
import StageKit
import Stores

@main
struct Ingesterd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingesterd", abstract: "Takes callbacks at its door, and records what becomes of executions.")

    @OptionGroup var brokerOptions: BrokerOptions
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var signingOptions: SigningOptions
    @OptionGroup var daemonOptions: DaemonOptions

    @Option(help: "Where services call back, host:port (default 127.0.0.1:8081). [BELFRY_DOOR_LISTEN]")
    var doorListen: String?

    @Option(help: "both, door or recorder (default both). [BELFRY_ROLE]")
    var role: String?

    func run() async throws {
        var settings = Settings(
            program: "ingesterd",
            flags: [
                brokerOptions.flags, storeOptions.flags, signingOptions.flags, daemonOptions.flags,
                ["door-listen": doorListen, "role": role],
            ])
        let brokerSettings = BrokerSettings(reading: &settings)
        let storeURL = settings.storeURL { try Stores.check($0) }
        let keys = settings.signingKeys { try SigningKeys(parsing: $0) }
        let address = settings.listenAddress("door-listen", default: "127.0.0.1:8081")
        let role = settings.value("role", default: "both", hint: "give both, door or recorder") { text in
            ["both", "door", "recorder"].contains(text) ? text : nil
        }
        let daemon = try Daemon(&settings)
        guard let keys, let address, let role else { return }
        let broker = RabbitBroker(
            brokerSettings, program: "ingesterd", consumes: role != "door", logger: daemon.logger)
        let opened = OpenedStore { try Stores.open(storeURL) }
        let time = SystemTime()
        try await daemon.run(connections: broker.run, faults: { await opened.faults() + broker.faults }) {
            let store = try opened.open()
            let door = Door(store: store, broker: broker, keys: keys, time: time, logger: daemon.logger)
            let recorder = Recorder(store: store, keys: keys, time: time, logger: daemon.logger)
            let pump = Pump(
                queue: .ingesterReports, limits: .init(prefetch: 2_000, batch: 1_000), handler: recorder,
                broker: broker, time: time, logger: daemon.logger)
            let web = WebServer(address: address, logger: daemon.logger, router: door.router)
            return role == "door" ? [web] : role == "recorder" ? [pump] : [web, pump]
        }
    }
}
