internal import FoundationEssentials
internal import GRDB
internal import Store

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The file of a store: creates it for its owner's eyes only, and opens it.
struct StoreFile {
    /// "Belf": stands in the file's header and tells a store from any other SQLite file.
    static let applicationID: Int32 = 0x4265_6C66
    /// How long opening waits for another process that is opening; migrations may take a while.
    private static let turnSeconds = 60

    let path: String
    /// How long a statement waits for another process's lock.
    private let busySeconds: Double
    private let directory: String

    init(path: String, busySeconds: Double) {
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "./"
        self.path = path
        self.busySeconds = busySeconds
        directory = String(folder)
    }

    /// Opens the file with its schema up to date. Processes that do so at once take turns: neither the switch to WAL
    /// nor the list of migrations still to do is safe to race.
    func open() throws(StoreError) -> DatabasePool {
        try makeDirectory()
        let lock = try lockDirectory()
        defer { close(lock) }
        try makeFile()
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            // GRDB sets NORMAL once it has switched to WAL, so this can't be part of the configuration.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try migrate(pool)
            return pool
        } catch {
            throw StoreError(error, path: path)
        }
    }

    private var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "SQLiteStore"
        configuration.busyMode = .timeout(busySeconds)
        configuration.foreignKeysEnabled = true
        configuration.journalMode = .wal
        configuration.prepareDatabase { [path] database in
            // 16 MiB: the index of the executions' random ids is touched all over.
            try database.execute(sql: "PRAGMA cache_size = -16384")
            try Self.refuseForeign(database, path: path)
        }
        return configuration
    }

    private static func refuseForeign(_ database: Database, path: String) throws {
        guard try Int32.fetchOne(database, sql: "PRAGMA application_id") != applicationID else { return }
        let tables = try Int.fetchOne(
            database, sql: "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'grdb%'")
        guard tables == 0 else {
            throw StoreError.unusable("\(path) is a database of another program; give the path of a Belfry store.")
        }
    }

    private func migrate(_ pool: DatabasePool) throws {
        guard try !pool.read(Schema.migrator.hasBeenSuperseded) else {
            throw StoreError.unusable("\(path) was written by a newer Belfry; run that one, or name another file.")
        }
        try Schema.migrator.migrate(pool)
    }

    private func makeDirectory() throws(StoreError) {
        let manager = FileManager.default
        guard !manager.fileExists(atPath: directory) else { return }
        do {
            try manager.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .unavailable("the folder \(directory) can't be made: \(error)")
        }
    }

    /// Locks the folder rather than a file of its own, so that nothing is left behind. Whoever dies lets go.
    private func lockDirectory() throws(StoreError) -> CInt {
        let descriptor = Self.open(directory, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unavailable("the folder \(directory) can't be opened: \(Self.lastError)")
        }
        let patience = ContinuousClock.now + .seconds(Self.turnSeconds)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < patience else {
                let reason = Self.lastError
                close(descriptor)
                throw .unavailable("another process keeps \(directory) locked: \(reason)")
            }
            usleep(10_000)
        }
        return descriptor
    }

    /// Makes an empty file that only its owner may read; SQLite gives its companions (-wal, -shm) the same mode.
    private func makeFile() throws(StoreError) {
        // O_EXCL, because to close a file that this process has open elsewhere would drop SQLite's locks on it.
        let descriptor = Self.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw .unavailable("\(path) can't be made: \(Self.lastError); is its folder writable?")
        }
    }

    private static func open(_ path: String, _ flags: CInt, _ mode: mode_t = 0) -> CInt {
        #if canImport(Darwin)
            Darwin.open(path, flags, mode)
        #else
            Glibc.open(path, flags, mode)
        #endif
    }

    private static var lastError: String { String(cString: strerror(errno)) }
}
