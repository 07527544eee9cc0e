import Logging
import PostgresStore
import Synchronization
import TestServers

/// The server of these tests. `Scripts/test` stops it.
enum RealPostgres {
    static let server = Task { try await PrivatePostgres.start("postgres-store") }
    private static let storeCount = Atomic<Int>(0)

    /// The URL of a store that is empty, and of this test alone.
    static func emptyStoreURL() async throws -> String {
        let number = storeCount.add(1, ordering: .relaxed).newValue
        return try await server.value.url(store: "store_\(number)")
    }

    static func emptyStore(logger: Logger = silent) async throws -> PostgresStore {
        try await PostgresStore(url: try await emptyStoreURL(), name: "test", logger: logger)
    }

    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
