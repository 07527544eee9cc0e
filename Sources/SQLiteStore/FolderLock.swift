import Glibc
import Store

/// The lock of a store's folder: who opens a store, or puts another file in its place, holds it meanwhile. The folder
/// is locked rather than a file of its own, so that no lock file stays behind.
struct FolderLock {
    /// To wait is right, since migrations may take a while.
    private static let waitSecondsMax = 60

    private let descriptor: CInt

    /// Waits for another process that has the lock. Throws `StoreError.unavailable` if that takes too long.
    init(_ folder: String) throws(StoreError) {
        let descriptor = Glibc.open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unavailable("the folder \(folder) can't be opened: \(Self.lastError)") }
        let end = ContinuousClock.now + .seconds(Self.waitSecondsMax)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < end else {
                let reason = Self.lastError
                close(descriptor)
                throw .unavailable("the folder \(folder) is locked by another program: \(reason)")
            }
            usleep(10_000)
        }
        self.descriptor = descriptor
    }

    /// Call it once. The kernel releases the lock of a process that ends, too.
    func release() { close(descriptor) }

    /// The folder of a file.
    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
    }

    /// The text of `errno`.
    static var lastError: String { String(cString: strerror(errno)) }
}
