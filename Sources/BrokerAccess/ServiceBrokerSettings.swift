public import RabbitMQ
public import Settings

/// The settings of the service broker, which `rabbitmq` targets are on: `--service-amqp-url`, `--amqp-ca-file`.
public struct ServiceBrokerSettings: Sendable {
    /// Nil where there is no service broker.
    public let connection: ConnectionOptions?

    /// Throws the problems of all of them at once, and a problem if the service broker isn't apart from the pipeline's:
    /// a job must not reach the pipeline's queues, nor publish with the pipeline's rights.
    public init(_ settings: Settings) throws(SettingsError) {
        // A mistake in the pipeline's URL is found by those who read it.
        let pipeline = (try? AllSettings.amqpURL.parsed(BrokerURL.list(parsing:)).value(in: settings)) ?? []
        let (urls, caFile) = try settings.all(
            Self.urls.parsed { urls in
                if let fault = Self.fault(in: urls, pipeline: pipeline) { throw SettingsError(fault) }
                return urls
            }.optional.value,
            AllSettings.amqpCAFile.value)
        connection = urls.map { ConnectionOptions(urls: $0, name: settings.program.rawValue, caFile: caFile) }
    }

    /// The connection of a service, which reads its queue there: the URL is required, and is not compared with the
    /// pipeline's, which a service does not know. `name` is the connection's. Throws the problems of all settings at
    /// once.
    public static func connection(
        ofService settings: Settings, name: String
    ) throws(SettingsError) -> ConnectionOptions {
        let (urls, caFile) = try settings.all(Self.urls.value, AllSettings.amqpCAFile.value)
        return ConnectionOptions(urls: urls, name: name, caFile: caFile)
    }

    private static let urls = AllSettings.serviceAMQPURL.parsed(BrokerURL.list(parsing:))

    private static func fault(in urls: [BrokerURL], pipeline: [BrokerURL]) -> String? {
        for url in urls {
            for other in pipeline where url.host.lowercased() == other.host.lowercased() {
                if url.port == other.port, url.virtualHost == other.virtualHost {
                    return "the virtual host is the pipeline's own; give a virtual host and a user apart from the "
                        + "pipeline's"
                }
                if url.user == other.user {
                    return "the user is the pipeline's own; give a virtual host and a user apart from the pipeline's"
                }
            }
        }
        return nil
    }
}
