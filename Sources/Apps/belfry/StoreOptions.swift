import ArgumentParser
import SQLiteStore
import Settings
import Store
import StoreAccess

/// The option of commands that open the store.
struct StoreOptions: ParsableArguments {
    @Option(AllSettings.storeURL) var storeURL: String?

    /// Opens the store. Throws ``SettingsError`` or ``StoreError``.
    func store() async throws -> any ConsoleStore & SecretStore {
        try await url().open(logger: OutputLogHandler.logger)
    }

    /// What copies and restores the store. Throws ``SettingsError`` or ``Refused``.
    func backup() throws -> StoreBackup {
        guard let backup = try url().backup else {
            throw Refused(
                "the store is in PostgreSQL: use pg_dump and pg_restore; see docs/operations.md, “PostgreSQL”")
        }
        return backup
    }

    /// Where the store is. Throws ``SettingsError``.
    func url() throws -> StoreURL {
        let settings = Settings(program: .belfry, flags: ["store-url": storeURL])
        return try AllSettings.storeURL.parsed(StoreURL.init(parsing:)).value(in: settings)
    }
}
