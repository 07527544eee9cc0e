import Glibc
import Store

/// Finds out whether a program has a store open, by SQLite's locks on its file. It works for a damaged file, too.
enum StoreInUse {
    /// SQLite's locks are on 512 bytes from here on (“File Locking And Concurrency In SQLite Version 3”). A connection
    /// of a store in WAL mode holds one for reading as long as it is open.
    private static let firstLockedByte: off_t = 0x4000_0000
    private static let lockedByteCount: off_t = 512

    /// Throws if a program has the store open.
    static func refuse(_ path: String) throws(BackupError) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .refused("\(path) can't be opened: \(FolderLock.lastError)") }
            return
        }
        defer { close(descriptor) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = firstLockedByte
        lock.l_len = lockedByteCount
        guard fcntl(descriptor, F_GETLK, &lock) == 0 else {
            throw .refused("the locks of \(path) can't be read: \(FolderLock.lastError)")
        }
        guard lock.l_type == Int16(F_UNLCK) else {
            // The pid is 0 for a process of another container.
            let holder = lock.l_pid > 0 ? "the process \(lock.l_pid)" : "another program"
            throw .refused("\(path) is in use by \(holder): stop all daemons first")
        }
    }
}
