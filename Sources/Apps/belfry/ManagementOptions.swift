import ArgumentParser
import Settings

/// The option of commands that use RabbitMQ's management API.
struct ManagementOptions: ParsableArguments {
    @Option(AllSettings.managementURL) var managementURL: String?

    /// Returns a client, or nil if no URL is given. Throws ``SettingsError`` if the URL is incomplete.
    func api() throws -> ManagementAPI? {
        let settings = Settings(program: .belfry, flags: ["management-url": managementURL])
        return try AllSettings.managementURL.parsed(ManagementAPI.init(parsing:)).optional.value(in: settings)
    }
}
