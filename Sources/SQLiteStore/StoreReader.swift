import FoundationEssentials
import GRDB
import Glibc
import JobCore
import Store

/// Reads the file of a store and changes nothing: neither does it create a store, nor bring its schema up to date.
struct StoreReader {
    /// Sentences about damage that are shown. More would not help.
    private static let damageCountMax = 20

    let path: String

    /// Looks at the store. `thoroughly` reads all of it, which takes seconds for each GB.
    func inspect(thoroughly: Bool) throws(StoreError) -> StoreInspection {
        try read { database in
            StoreInspection(
                schemaVersion: try Schema.version(of: database), knownSchemaVersion: Schema.version,
                bytes: Self.bytes(path) + Self.bytes(path + "-wal"), freeBytes: Self.freeBytes(path),
                jobCount: try Self.count(database, "job WHERE deleted_ms IS NULL"),
                executionCount: try Self.count(database, "execution"),
                openExecutionCount: try Self.count(database, "execution WHERE deadline_ms IS NOT NULL"),
                newestOccurrence: try Int64.fetchOne(database, sql: "SELECT value_ms FROM newest_occurrence")
                    .map(Instant.init(millisecondsSinceEpoch:)),
                damage: thoroughly ? try Self.damage(database) : nil)
        }
    }

    /// Runs `body` on the database. Throws `StoreError.unusable` if it is no store, `.unavailable` if it can't be read.
    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        guard access(path, F_OK) == 0 else {
            throw .unavailable("\(path) can't be opened: \(FolderLock.lastError)")
        }
        do {
            return try connection().read { database in
                guard try Schema.version(of: database) > 0 else {
                    throw StoreError.unusable("\(path) is not a Belfry store: it is empty")
                }
                return try body(database)
            }
        } catch {
            throw StoreError(error, path: path, isOpening: true)
        }
    }

    /// A connection that only reads.
    func connection() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "StoreReader"
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { [path] in try StoreFile.refuseForeign($0, path: path) }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static func damage(_ database: Database) throws -> [String] {
        let integrity = try String.fetchAll(database, sql: "PRAGMA integrity_check(\(damageCountMax))")
        let orphans = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").prefix(damageCountMax).map { row in
            "row \(row[1] ?? 0) of the table \(row[0] ?? "") names a row of \(row[2] ?? "") that is not there"
        }
        return integrity.filter { $0 != "ok" } + orphans
    }

    private static func count(_ database: Database, _ rows: String) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM \(rows)") ?? 0
    }

    /// The bytes of a file; 0 without it.
    private static func bytes(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    private static func freeBytes(_ path: String) -> Int64 {
        var disk = statvfs()
        return statvfs(path, &disk) == 0 ? Int64(disk.f_bavail) * Int64(disk.f_frsize) : 0
    }
}
