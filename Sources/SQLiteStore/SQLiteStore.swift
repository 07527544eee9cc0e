import GRDB
public import Logging
public import Store
import StoreRows

/// The store in one SQLite file, which all daemons of a machine have open at the same time.
///
/// WAL lets readers continue while one process writes; `synchronous = FULL` makes a commit survive a power cut, because
/// the caller acknowledges a message as soon as the commit is done.
///
///     let store = try SQLiteStore(path: "/var/lib/belfry/belfry.sqlite", logger: logger)
///     let revision = try await store.schedules(changedSince: nil).revision
public final class SQLiteStore: Sendable {
    /// The path that was given to `init`.
    let path: String
    /// Where the rows go that a call leaves out.
    let unreadable: UnreadableRows
    private let pool: DatabasePool
    private let commits: GroupCommit

    /// Opens the store; creates it when there is none, and brings its schema up to date.
    ///
    /// `logger` is for rows that can't be read, which a call that lists rows leaves out.
    ///
    /// Throws `StoreError.unusable` when the file is not a Belfry store, is damaged, or was written by a newer Belfry;
    /// `StoreError.unavailable` when it can't be opened or created now.
    public convenience init(path: String, logger: Logger) throws(StoreError) {
        try self.init(path: path, lockWaitSeconds: 5, logger: logger)
    }

    /// A call that finds the file locked by another program throws `StoreError.unavailable` after `lockWaitSeconds`.
    init(path: String, lockWaitSeconds: Double, logger: Logger) throws(StoreError) {
        self.path = path
        unreadable = UnreadableRows(logger: logger)
        pool = try StoreFile(path: path, lockWaitSeconds: lockWaitSeconds).open()
        commits = GroupCommit(pool)
    }

    /// Runs `body` on a snapshot of the store; a reader never waits for a writer.
    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws(StoreError) -> Value {
        do {
            return try await pool.read(body)
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Runs `body` in one IMMEDIATE transaction: it waits for other writers before it reads, so what it reads stays
    /// true until it has written.
    func write<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws(StoreError) -> Value {
        do {
            return try await pool.write(body)
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// As `write`, for what is written often: calls that wait at the same time share a transaction.
    func writeTogether<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await commits.write(body)
        } catch {
            throw StoreError(error, path: path)
        }
    }
}
