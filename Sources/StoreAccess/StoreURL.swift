public import Logging
import PostgresStore
public import SQLiteStore
public import Store

/// Where the store is: `sqlite:PATH`, the path absolute or from the working directory; or `postgres://…`, see
/// `PostgresOptions`.
public struct StoreURL: Sendable {
    enum Place {
        case sqlite(path: String)
        case postgres(url: String)
    }

    private static let sqliteScheme = "sqlite:"
    let place: Place

    /// Reads a URL and opens nothing. Throws why it names no store, without the password it may hold.
    public init(parsing url: String) throws(StoreURLError) {
        if url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") {
            if let fault = PostgresStore.fault(inURL: url) {
                throw StoreURLError("the URL of the PostgreSQL database is wrong: \(fault)")
            }
            place = .postgres(url: url)
            return
        }
        guard url.hasPrefix(Self.sqliteScheme) else {
            // Not the text itself: it may hold a password.
            let scheme = url.prefix { $0 != ":" }
            throw StoreURLError("a store URL can't begin with “\(scheme.prefix(32))”")
        }
        let path = String(url.dropFirst(Self.sqliteScheme.count))
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw StoreURLError("“sqlite:\(path)” names no file")
        }
        guard !path.hasPrefix(":") else {
            throw StoreURLError("daemons can't share a store in memory")
        }
        place = .sqlite(path: path)
    }

    /// Opens the store, creates it when there is none, and brings its schema up to date. The store logs the rows that
    /// can't be read to `logger`, the label of which names the program to the database.
    public func open(logger: Logger) async throws(StoreError) -> any CompleteStore {
        switch place {
        case .sqlite(let path): try SQLiteStore(path: path, logger: logger)
        case .postgres(let url): try await PostgresStore(url: url, name: logger.label, logger: logger)
        }
    }

    /// Whether programs on several machines can open the store.
    public var isShared: Bool {
        if case .postgres = place { true } else { false }
    }

    /// What copies the store to a backup, and restores one. Nil for PostgreSQL, which has tools of its own.
    public var backup: StoreBackup? {
        guard case .sqlite(let path) = place else { return nil }
        return StoreBackup(path: path)
    }
}

/// Why a URL names no store.
public struct StoreURLError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
