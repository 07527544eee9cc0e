public import Messaging
public import Settings

/// What a program is told about the pipeline's broker: `--amqp-url`, `--prefix`, `--amqp-ca-file`.
public struct BrokerSettings: Sendable {
    public var urls: [BrokerURL]
    public var topology: Topology
    public var caFile: String

    /// Reads them. What is wrong is kept in `settings`, whose `check()` says it.
    public init(reading settings: inout Settings) {
        urls =
            settings.value(
                "amqp-url", default: "amqp://guest:guest@127.0.0.1:5672/",
                hint: "give amqp://user:password@host:5672/vhost", parse: { try BrokerURL.list(parsing: $0) }) ?? []
        let prefix =
            settings.value("prefix", default: "belfry", hint: "such as belfry or staging.belfry") { text in
                if let fault = Topology.fault(inPrefix: text) { throw SettingsError(fault) }
                return text
            }
        topology = Topology(prefix: prefix ?? "belfry")
        caFile = settings.text("amqp-ca-file", default: "/etc/ssl/certs/ca-certificates.crt") ?? ""
    }

    /// The connection of a program of this name.
    public func options(program: String) -> ConnectionOptions {
        ConnectionOptions(urls: urls, name: program, caFile: caFile)
    }
}
