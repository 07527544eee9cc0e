internal import GRDB
public import Store

/// The record in one SQLite file, which every daemon of a machine has open at once.
///
/// WAL lets readers go on while one process writes; `synchronous = FULL` makes a commit survive a power cut, because
/// the caller acknowledges a message as soon as the commit is done.
public final class SQLiteStore: Sendable {
    let path: String
    private let pool: DatabasePool

    /// Opens the store; creates it when there is none, and brings its schema up to date.
    ///
    /// Throws `StoreError.unusable` when the file is something else, is damaged, or is newer than this program.
    public convenience init(path: String) throws(StoreError) {
        try self.init(path: path, busySeconds: 5)
    }

    /// Gives up on another process's lock after `busySeconds`.
    init(path: String, busySeconds: Double) throws(StoreError) {
        self.path = path
        pool = try StoreFile(path: path, busySeconds: busySeconds).open()
    }

    /// Runs `body` on a snapshot of the store; readers wait for nobody.
    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws(StoreError) -> Value {
        do {
            return try await pool.read(body)
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Runs `body` in one IMMEDIATE transaction, so that it waits for other writers before it reads, not after.
    func write<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws(StoreError) -> Value {
        do {
            return try await pool.write(body)
        } catch {
            throw StoreError(error, path: path)
        }
    }
}
