import Glibc
import Store

/// Finds out whether a store's disk takes a page now, without the store's locks: it neither waits for a writer nor
/// keeps one waiting, so a store that another program has locked is no fault.
struct DiskProbe {
    /// As much as SQLite writes at once.
    private static let pageBytes = 4_096

    /// The database's file.
    let path: String

    /// Writes a page to a file beside the database, and removes it. Throws why that fails: the disk is full or
    /// read-only, the quota is used up, or this user may not write to the folder or to the database.
    func run() throws(StorageFault) {
        // Never open the database itself here: to close it would drop SQLite's locks on it.
        guard access(path, W_OK) == 0 else { throw Self.fault(path, errno) }
        // Processes that do this at the same time share the name: one that removes it takes it from none of them.
        // SQLite, too, writes beside the file that a link leads to.
        let file = Self.resolved(path) + "-probe"
        let fault = Self.writePage(to: file)
        unlink(file)
        if let fault { throw Self.fault(path, fault) }
    }

    /// The path without links.
    private static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Creates a file with one page. Returns the error number; nil if it is written.
    static func writePage(to file: String) -> CInt? {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        let page = [UInt8](repeating: 0, count: pageBytes)
        let written = write(descriptor, page, page.count)
        // Part of a page is written when the disk is full behind it.
        return written == page.count ? nil : written < 0 ? errno : ENOSPC
    }

    static func fault(_ path: String, _ number: CInt) -> StorageFault {
        let kind: StorageFault.Kind =
            switch number {
            case ENOSPC, EDQUOT: .full
            case EROFS, EACCES, EPERM: .notWritable
            default: .failing
            }
        return StorageFault(kind, detail: "\(path): \(String(cString: strerror(number)))")
    }
}
