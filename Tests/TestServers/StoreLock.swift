import GRDB

/// Holds the write lock of a store, like another program whose transaction doesn't end.
public struct StoreLock {
    private let database: DatabaseQueue

    /// Takes the lock, once the programs that write at the moment have released it.
    public init(path: String) throws {
        var configuration = ForeignDatabase.waiting
        configuration.allowsUnsafeTransactions = true
        database = try DatabaseQueue(path: path, configuration: configuration)
        try database.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }

    /// Releases the lock.
    public func release() throws {
        try database.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
    }
}
