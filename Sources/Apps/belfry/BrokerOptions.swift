import ArgumentParser
import BrokerAccess
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
}
