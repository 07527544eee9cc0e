public import Logging
public import Messaging
public import RabbitMQ
public import Settings

/// The settings of the pipeline's broker: `--amqp-url`, `--amqp-ca-file`, `--prefix`.
public struct BrokerSettings: Sendable {
    public let connection: ConnectionOptions
    public let topology: Topology

    /// The virtual host of the topology, which all URLs share.
    public var virtualHost: String { connection.urls.first?.virtualHost ?? "/" }

    /// Throws the problems of all of them at once.
    public init(_ settings: Settings) throws(SettingsError) {
        let (urls, caFile, topology) = try settings.all(
            AllSettings.amqpURL.parsed(BrokerURL.list(parsing:)).value, AllSettings.amqpCAFile.value,
            AllSettings.prefix.parsed(Self.topology(prefix:)).value)
        connection = ConnectionOptions(urls: urls, name: settings.program.rawValue, caFile: caFile)
        self.topology = topology
    }

    private static func topology(prefix: String) throws(SettingsError) -> Topology {
        if let fault = Topology.fault(inPrefix: prefix) { throw SettingsError(fault) }
        return Topology(prefix: prefix)
    }
}

extension RabbitBroker {
    /// The broker that the settings name. `consumes`: false for programs that only publish. `publishesEvents`: true for
    /// programs that publish events, which must not share a connection with other messages. `consumedApart`: see
    /// `RabbitBroker`.
    public init(
        _ settings: BrokerSettings, consumes: Bool, consumedApart: [WorkQueue] = [], publishesEvents: Bool,
        logger: Logger
    ) {
        self.init(
            options: settings.connection, topology: settings.topology, consumes: consumes,
            consumedApart: consumedApart, publishesEvents: publishesEvents, logger: logger)
    }
}

extension RabbitQueueInspector {
    /// Asks the broker that the settings name.
    public init(_ settings: BrokerSettings) {
        self.init(options: settings.connection, topology: settings.topology)
    }
}

extension AnswerQueue {
    /// The answers of the broker that the settings name.
    public init(_ settings: BrokerSettings, logger: Logger) {
        self.init(options: settings.connection, topology: settings.topology, logger: logger)
    }
}
