public import Logging
import PostgreSQL
public import Store
import StoreRows

/// The store in a PostgreSQL database, which daemons of many machines share.
///
/// A commit is on the server's disk before a message is acknowledged: `synchronous_commit` is never lower than `on`.
/// A batch is read and written with arrays as parameters, in few round trips, however large it is. Rows are locked in
/// the order of their jobs and ids.
///
///     let url = "postgres://belfry:secret@db-1,db-2/belfry"
///     let store = try await PostgresStore(url: url, name: "tickerd", logger: logger)
///     let revision = try await store.schedules(changedSince: nil).revision
public final class PostgresStore: Sendable {
    /// The connections of a program. The recorder's four lines have one each.
    private static let connectionsMax = 4

    let pool: PostgresPool
    /// The server and the database, for logs.
    let place: String
    /// Where the rows go that a call leaves out.
    let unreadable: UnreadableRows

    /// Connects, and brings the schema up to date.
    ///
    /// `name` is the program's, which the server shows. `logger` is for rows that can't be read, which a call that
    /// lists rows leaves out.
    ///
    /// Throws `StoreError.unusable` when the URL is wrong, when the database is another program's or was written by a
    /// newer Belfry, or when the server is too old; `StoreError.unavailable` when it can't be reached now.
    public init(url: String, name: String, logger: Logger) async throws(StoreError) {
        do {
            let options = try PostgresOptions(parsing: url, name: "belfry \(name)")
            place = options.place
            unreadable = UnreadableRows(logger: logger)
            pool = PostgresPool(options, connectionsMax: Self.connectionsMax) { try Self.prepare($0) }
        } catch {
            throw .unusable("the store's URL is wrong: \(error)")
        }
        do {
            try await pool.run(.single) { try Schema.migrate($0) }
        } catch {
            throw StoreError(error, place: place, isOpening: true)
        }
    }

    /// Why a URL can't name a store, without the password that it may hold; nil if it can. Nothing is asked for.
    public static func fault(inURL url: String) -> String? {
        do {
            _ = try PostgresOptions(parsing: url, name: "")
            return nil
        } catch {
            return error.description
        }
    }

    /// A commit is never less durable than the acknowledgement that follows it.
    private static func prepare(_ database: PostgresDatabase) throws {
        _ = try database.rows(
            """
            SELECT set_config('synchronous_commit', 'on', false)
            WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')
            """)
    }

    /// Runs one query; or several that need not see the same state.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresDatabase) throws -> Value
    ) async throws(StoreError) -> Value { try await run(.single, body) }

    /// Runs several queries on one state of the data.
    func snapshot<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresDatabase) throws -> Value
    ) async throws(StoreError) -> Value { try await run(.snapshot, body) }

    /// Runs `body` in one transaction. Each statement sees what others have committed before it, so what must stay as
    /// it was read is locked.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresDatabase) throws -> Value
    ) async throws(StoreError) -> Value { try await run(.write, body) }

    /// Runs `body` in one transaction, after every other one of the operators: jobs, pauses, keys and secrets change
    /// one after the other, in whatever program.
    func change<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresDatabase) throws -> Value
    ) async throws(StoreError) -> Value {
        try await run(.write) { database in
            database.enqueue(Schema.lockJobs)
            return try body(database)
        }
    }

    private func run<Value: Sendable>(
        _ kind: PostgresTransaction, _ body: @escaping @Sendable (PostgresDatabase) throws -> Value
    ) async throws(StoreError) -> Value {
        do {
            return try await pool.run(kind, body)
        } catch {
            throw StoreError(error, place: place)
        }
    }
}
