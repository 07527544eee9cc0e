public import Logging
public import SQLiteStore
public import Store

/// Where the store is: `sqlite:PATH`, the path absolute or from the working directory.
public struct StoreURL: Sendable {
    private static let sqliteScheme = "sqlite:"
    private let path: String

    /// Reads a URL and opens nothing. Throws why it names no store, without the password it may hold.
    public init(parsing url: String) throws(StoreURLError) {
        guard url.hasPrefix(Self.sqliteScheme) else {
            guard !url.hasPrefix("postgres://"), !url.hasPrefix("postgresql://") else {
                throw StoreURLError("this build has no PostgreSQL store")
            }
            // Not the text itself: it may hold a password.
            let scheme = url.prefix { $0 != ":" }
            throw StoreURLError("a store URL can't begin with “\(scheme.prefix(32))”")
        }
        path = String(url.dropFirst(Self.sqliteScheme.count))
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw StoreURLError("“sqlite:\(path)” names no file")
        }
        guard !path.hasPrefix(":") else {
            throw StoreURLError("daemons can't share a store in memory")
        }
    }

    /// Opens the store, and creates it when there is none. The store logs the rows that can't be read to `logger`.
    public func open(logger: Logger) throws(StoreError) -> any CompleteStore {
        try SQLiteStore(path: path, logger: logger)
    }

    /// What looks at the store, copies it to a backup, and restores one.
    public var backup: StoreBackup { StoreBackup(path: path) }
}

/// Why a URL names no store.
public struct StoreURLError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
