public import Store
internal import SQLiteStore

/// Opens the store that a URL names, so that nothing else knows which stores there are.
public enum StoreURL {
    private static let sqliteScheme = "sqlite:"

    /// Throws what is wrong with a URL; opens nothing.
    public static func check(_ url: String) throws(StoreError) {
        _ = try sqlitePath(url)
    }

    /// `sqlite:PATH`, the path absolute or from the working directory.
    public static func open(_ url: String) throws(StoreError) -> any CompleteStore {
        try SQLiteStore(path: try sqlitePath(url))
    }

    private static func sqlitePath(_ url: String) throws(StoreError) -> String {
        guard url.hasPrefix(sqliteScheme) else {
            guard !url.hasPrefix("postgres://"), !url.hasPrefix("postgresql://") else {
                throw .unusable("this build has no PostgreSQL store; give sqlite:PATH.")
            }
            // Not the text itself: it may hold a password.
            let scheme = url.prefix { $0 != ":" }
            throw .unusable("a store URL can't begin with “\(scheme.prefix(32))”; give sqlite:PATH.")
        }
        let path = String(url.dropFirst(sqliteScheme.count))
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw .unusable("“sqlite:\(path)” names no file; give sqlite:PATH, such as sqlite:.belfry/belfry.sqlite.")
        }
        guard !path.hasPrefix(":") else {
            throw .unusable("a store in memory can't be shared by the daemons; give sqlite:PATH.")
        }
        return path
    }
}
