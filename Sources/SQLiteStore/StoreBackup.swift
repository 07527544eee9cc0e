import FoundationEssentials
import GRDB
import Glibc
public import Store

/// Makes a backup of a store's file, also while daemons use it, and puts one in the place of the store.
public struct StoreBackup: Sendable {
    let path: String

    /// `path` is the store's.
    public init(path: String) {
        self.path = path
    }

    /// Looks at the store and changes nothing. `thoroughly` looks for damage in all of it, which takes seconds for each
    /// GB. Throws `StoreError.unusable` if it is no store, `.unavailable` if it can't be read now.
    public func inspect(thoroughly: Bool) throws(StoreError) -> StoreInspection {
        try StoreReader(path: path).inspect(thoroughly: thoroughly)
    }

    /// Copies the store to a new file, which is readable by its owner alone, and looks for damage in the copy. It holds
    /// all that was committed when the call began. Daemons go on meanwhile.
    ///
    /// Throws ``BackupError``; then there is no file.
    public func copy(to target: String) throws(BackupError) -> StoreInspection {
        guard access(target, F_OK) != 0 else {
            throw .refused("\(target) exists already: name another file, such as one with today's date")
        }
        let part = target + ".part"
        try Self.create(part)
        do throws(BackupError) {
            try Self.store { () throws(StoreError) in try copyPages(to: part) }
            let inspection = try Self.store { () throws(StoreError) in
                try StoreReader(path: part).inspect(thoroughly: true)
            }
            if let damage = inspection.damage, !damage.isEmpty { throw BackupError.damaged(path: path, damage) }
            try Self.move(part, to: target)
            return inspection
        } catch {
            Self.remove(part)
            throw error
        }
    }

    /// Puts a backup in the place of the store. The former store is kept beside it. Returns what the backup holds, and
    /// the path of the former store, nil if there was none.
    ///
    /// Throws ``BackupError`` if the backup is damaged or is of a newer Belfry, or while a program uses the store. Then
    /// the store stays as it was.
    public func restore(
        from backup: String, now: String
    ) throws(BackupError) -> (inspection: StoreInspection, former: String?) {
        let source = StoreBackup(path: backup)
        let inspection = try Self.store { () throws(StoreError) in
            let inspection = try source.inspect(thoroughly: true)
            try StoreFile.refuseNewer(inspection.schemaVersion, path: backup)
            return inspection
        }
        if let damage = inspection.damage, !damage.isEmpty { throw .damaged(path: backup, damage) }
        let folder = FolderLock.folder(of: path)
        let lock = try Self.store { () throws(StoreError) in try FolderLock(folder) }
        defer { lock.release() }
        try StoreInUse.refuse(path)
        let part = path + ".restoring"
        try Self.create(part)
        do throws(BackupError) {
            try Self.store { () throws(StoreError) in try source.copyPages(to: part) }
            try Self.giveOwner(of: access(path, F_OK) == 0 ? path : folder, to: part)
            let former = try moveAside(now: now)
            try Self.move(part, to: path)
            return (inspection, former)
        } catch {
            Self.remove(part)
            throw error
        }
    }

    /// Copies the pages in one read transaction, so that writers can't make it begin again.
    private func copyPages(to target: String) throws(StoreError) {
        do {
            let source = try StoreReader(path: path).connection()
            let copy = try DatabaseQueue(path: target)
            try source.backup(to: copy)
            // The mark of WAL in the file would make two files of it as soon as it is read.
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
        } catch {
            throw StoreError(error, path: path, isOpening: true)
        }
    }

    /// Creates the file that a copy is written to until it is complete.
    private static func create(_ part: String) throws(BackupError) {
        remove(part)
        let descriptor = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .refused("\(part) can't be created: \(FolderLock.lastError); is its folder there and writable?")
        }
        close(descriptor)
    }

    /// Removes a file with those that SQLite makes beside it.
    private static func remove(_ part: String) {
        for end in ["", "-journal", "-wal", "-shm"] { unlink(part + end) }
    }

    /// Keeps the store of before, with the transactions that are still in its -wal file.
    private func moveAside(now: String) throws(BackupError) -> String? {
        guard access(path, F_OK) == 0 else { return nil }
        let former = "\(path).before-\(now)"
        guard access(former, F_OK) != 0 else { throw .refused("\(former) exists already: move it away") }
        if access(path + "-wal", F_OK) == 0 { try Self.move(path + "-wal", to: former + "-wal") }
        unlink(path + "-shm")
        try Self.move(path, to: former)
        return former
    }

    /// A file that root restores must be that of the daemons' user.
    private static func giveOwner(of example: String, to file: String) throws(BackupError) {
        var status = stat()
        guard stat(example, &status) == 0, chmod(file, 0o600) == 0,
            status.st_uid == geteuid() || chown(file, status.st_uid, status.st_gid) == 0
        else { throw .refused("the owner of \(file) can't be set: \(FolderLock.lastError); run this as that user") }
    }

    /// Moves a file so that it is there after a power cut.
    private static func move(_ file: String, to target: String) throws(BackupError) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        let folder = open(FolderLock.folder(of: target), O_RDONLY | O_CLOEXEC)
        defer { close(folder) }
        guard fsync(descriptor) == 0, rename(file, target) == 0, fsync(folder) == 0 else {
            throw .refused("\(target) can't be written: \(FolderLock.lastError)")
        }
    }

    private static func store<Value>(_ body: () throws(StoreError) -> Value) throws(BackupError) -> Value {
        do {
            return try body()
        } catch {
            throw .store(error)
        }
    }
}
