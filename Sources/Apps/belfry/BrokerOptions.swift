import ArgumentParser
import BrokerAccess
import RabbitMQ
import Settings

/// The options of commands that use the broker.
struct BrokerOptions: ParsableArguments {
    @Option(AllSettings.amqpURL) var amqpURL: String?
    @Option(AllSettings.amqpCAFile) var amqpCAFile: String?
    @Option(AllSettings.prefix) var prefix: String?

    /// Throws ``SettingsError`` with every problem.
    func broker() throws -> BrokerSettings {
        try BrokerSettings(
            Settings(program: .belfry, flags: ["amqp-url": amqpURL, "amqp-ca-file": amqpCAFile, "prefix": prefix]))
    }

    /// The broker of `rabbitmq` targets. Throws ``SettingsError`` if BELFRY_SERVICE_AMQP_URL is not set, or is wrong.
    func serviceBroker() throws -> ConnectionOptions {
        let settings = Settings(program: .belfry, flags: ["amqp-ca-file": amqpCAFile])
        let (urls, caFile) = try settings.all(
            AllSettings.serviceAMQPURL.parsed(BrokerURL.list(parsing:)).value, AllSettings.amqpCAFile.value)
        return ConnectionOptions(urls: urls, name: "belfry mock", caFile: caFile)
    }
}
