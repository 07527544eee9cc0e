import ArgumentParser
import Settings
import Store
import StoreAccess

/// The option of commands that open the store.
struct StoreOptions: ParsableArguments {
    @Option(AllSettings.storeURL) var storeURL: String?

    /// Opens the store. Throws ``SettingsError`` or ``StoreError``.
    func store() throws -> any ConsoleStore & SecretStore {
        try url().open(logger: OutputLogHandler.logger)
    }

    /// Where the store is. Throws ``SettingsError``.
    func url() throws -> StoreURL {
        let settings = Settings(program: .belfry, flags: ["store-url": storeURL])
        return try AllSettings.storeURL.parsed(StoreURL.init(parsing:)).value(in: settings)
    }
}
