import FoundationEssentials
import GRDB
import Glibc
import Store

/// The file of a store: creates it readable by its owner alone, and opens it.
struct StoreFile {
    /// "Belf", in the header of the file: it tells a store from any other SQLite file.
    static let applicationID: Int32 = 0x4265_6C66
    let path: String
    /// A statement waits this long for another process's lock.
    private let lockWaitSeconds: Double
    private let directory: String

    init(path: String, lockWaitSeconds: Double) {
        self.path = path
        self.lockWaitSeconds = lockWaitSeconds
        directory = FolderLock.folder(of: path)
    }

    /// Opens the file and brings its schema up to date. Processes that open it at the same time take turns: two of
    /// them must neither switch to WAL nor decide which migrations are left to do at once.
    func open() throws(StoreError) -> DatabasePool {
        try createDirectory()
        let lock = try FolderLock(directory)
        defer { lock.release() }
        try createFile()
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            // GRDB sets NORMAL once it has switched to WAL, so this can't be part of the configuration.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try migrate(pool)
            return pool
        } catch {
            throw StoreError(error, path: path, isOpening: true)
        }
    }

    private var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "SQLiteStore"
        configuration.busyMode = .timeout(lockWaitSeconds)
        configuration.foreignKeysEnabled = true
        configuration.journalMode = .wal
        configuration.prepareDatabase { [path] database in
            // 16 MiB: the ids are random, so inserts touch every part of their index.
            try database.execute(sql: "PRAGMA cache_size = -16384")
            try Self.refuseForeign(database, path: path)
        }
        return configuration
    }

    static func refuseForeign(_ database: Database, path: String) throws {
        guard try Int32.fetchOne(database, sql: "PRAGMA application_id") != applicationID else { return }
        let tables = try Int.fetchOne(
            database, sql: "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'grdb%'")
        guard tables == 0 else {
            throw StoreError.unusable("\(path) is not a Belfry store: it is the database of another program")
        }
    }

    private func migrate(_ pool: DatabasePool) throws {
        try Self.refuseNewer(try pool.read(Schema.version), path: path)
        try Schema.migrator.migrate(pool)
    }

    static func refuseNewer(_ version: Int, path: String) throws(StoreError) {
        guard version > Schema.version else { return }
        throw .unusable(
            "\(path) was written by a newer Belfry (schema \(version), this program knows \(Schema.version)): "
                + "upgrade this program")
    }

    private func createDirectory() throws(StoreError) {
        let manager = FileManager.default
        guard !manager.fileExists(atPath: directory) else { return }
        do {
            try manager.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .unavailable("the folder \(directory) can't be created: \(error)")
        }
    }

    /// Creates an empty file that only its owner may read; SQLite gives the files beside it (-wal, -shm) the same mode.
    private func createFile() throws(StoreError) {
        // O_EXCL, because to close a file that this process has open elsewhere would drop SQLite's locks on it.
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw .unavailable("\(path) can't be created: \(FolderLock.lastError); is its folder writable?")
        }
    }
}
