import ArgumentParser
import Courier
import JobCore
import Settings
import RabbitMQ
import Signing
import StageKit
import HTTPClient

@main
struct Courierd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "courierd", abstract: "Delivers invocations to services, and tries again what fails.")

    @OptionGroup var brokerOptions: BrokerOptions
    @OptionGroup var signingOptions: SigningOptions
    @OptionGroup var daemonOptions: DaemonOptions

    @Option(help: "What callback_url begins with (default the door's address). [BELFRY_CALLBACK_BASE_URL]")
    var callbackBaseUrl: String?

    @Option(help: "CIDRs that webhooks may reach although not public, such as 10.1.0.0/16. [BELFRY_ALLOWED_NETWORKS]")
    var allowedNetworks: String?

    @Option(help: "Deliveries in hand at once, 1 to 10000 (default 1000). [BELFRY_IN_FLIGHT]")
    var inFlight: String?

    func run() async throws {
        var settings = Settings(
            program: "courierd",
            flags: [
                brokerOptions.flags, signingOptions.flags, daemonOptions.flags,
                ["callback-base-url": callbackBaseUrl, "allowed-networks": allowedNetworks, "in-flight": inFlight],
            ])
        let brokerSettings = BrokerSettings(reading: &settings)
        let keys = settings.signingKeys { try SigningKeys(parsing: $0) }
        let networks = settings.value(
            "allowed-networks", default: "", hint: "give CIDRs separated by commas, such as 127.0.0.0/8,10.1.0.0/16"
        ) { text in try text.split(separator: ",").map { try CIDRBlock(String($0)) } }
        let door = settings.listenAddress("callback-listen", default: "127.0.0.1:8081")
        let baseURL = settings.value(
            "callback-base-url", default: "http://\(door?.description ?? "")",
            hint: "give what services reach the door by, such as https://belfry.example.com"
        ) { text in
            if let fault = TargetURL.fault(in: text) { throw SettingsError(fault) }
            return text
        }
        let inFlight = settings.integer("in-flight", default: 1_000, in: 1...10_000)
        let daemon = try Daemon(&settings)
        guard let keys, let networks, let baseURL else { return }
        let broker = RabbitBroker(brokerSettings, program: "courierd", consumes: true, logger: daemon.logger)
        let invoker = WebhookInvoker(addressGuard: AddressGuard(allowed: networks))
        let connections: @Sendable () async -> Void = {
            async let webhooks: Void = invoker.run()
            await broker.run()
            await webhooks
        }
        try await daemon.run(connections: connections, faults: { broker.faults }) {
            [
                Courier(
                    broker: broker, invoker: invoker,
                    builder: InvocationBuilder(keys: keys, callbackBaseURL: baseURL), prefetch: Int(inFlight),
                    time: SystemTime(), logger: daemon.logger)
            ]
        }
    }
}
