public import JobCore
public import Logging
import PostgresStore
import SQLiteStore
public import Store

/// Looks at a store that create nothing.
extension StoreURL {
    /// The versions of the store's schema, before and after the store was brought up to date; 0 if there was no store.
    /// Throws as `open` does.
    public func migrate(logger: Logger) async throws(StoreError) -> (from: Int, to: Int) {
        let before =
            switch place {
            case .sqlite(let path):
                StoreBackup(path: path).isThere
                    ? try StoreBackup(path: path).inspect(thoroughly: false).schemaVersion : 0
            case .postgres(let url): try await StoreLook(url: url).schemaVersion()
            }
        _ = try await open(logger: logger)
        let after = try await inspect(thoroughly: false)
        return (before, after.schemaVersion)
    }

    /// What is in the store. `thoroughly` reads all of a file, which takes seconds for each GB and blocks the thread.
    public func inspect(thoroughly: Bool) async throws(StoreError) -> StoreInspection {
        switch place {
        case .sqlite(let path): try StoreBackup(path: path).inspect(thoroughly: thoroughly)
        case .postgres(let url): try await StoreLook(url: url).inspect()
        }
    }

    /// The services' secrets that are valid at an instant, sealed, with the name of each one's service.
    public func sealedSecrets(at now: Instant) async throws(StoreError) -> [(service: String, sealed: String)] {
        switch place {
        case .sqlite(let path): try StoreBackup(path: path).sealedSecrets(at: now)
        case .postgres(let url): try await StoreLook(url: url).sealedSecrets(at: now)
        }
    }
}
