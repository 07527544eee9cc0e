import GRDB
import Glibc
public import JobCore
public import Store

extension StoreBackup {
    /// Whether there is a file.
    public var isThere: Bool { access(path, F_OK) == 0 }

    /// Why this user can't write to the store; nil if that works. It writes nothing.
    public var writeFault: String? {
        // SQLite makes its files beside the store's.
        for place in [path, FolderLock.folder(of: path)] where access(place, W_OK) != 0 {
            return "\(place) can't be written: \(FolderLock.lastError)"
        }
        return nil
    }

    /// The services' secrets that are valid at an instant, sealed, with the name of each one's service. Throws like
    /// ``inspect(thoroughly:)``.
    public func sealedSecrets(at now: Instant) throws(StoreError) -> [(service: String, sealed: String)] {
        try StoreReader(path: path).read { database in
            // Older stores and those of newer programs may have no such table.
            guard try database.tableExists("service_secret") else { return [] }
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT service, sealed FROM service_secret
                    WHERE sealed IS NOT NULL AND (expires_ms IS NULL OR expires_ms > ?) ORDER BY service, seq
                    """, arguments: [now.databaseValue])
            return rows.map { ($0[0], $0[1]) }
        }
    }
}
