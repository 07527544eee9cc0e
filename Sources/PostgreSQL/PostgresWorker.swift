import Synchronization
import Threads

/// A connection with its thread: what is done with it blocks that thread only.
actor PostgresWorker {
    private static let conflictTriesMax = 4

    private nonisolated let executor: ThreadExecutor
    private nonisolated let interruption = WaitInterruption()
    private let options: PostgresOptions
    private let onConnect: @Sendable (PostgresDatabase) throws -> Void
    private var connection: PostgresConnection?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Connects with the first transaction. `onConnect` is called with each new connection.
    init(_ options: PostgresOptions, onConnect: @escaping @Sendable (PostgresDatabase) throws -> Void) {
        self.options = options
        self.onConnect = onConnect
        executor = ThreadExecutor(name: "postgres", parker: SocketParker())
    }

    deinit { executor.stop() }

    /// Ends the call that is being made, also one that only begins.
    nonisolated func interrupt() { interruption.interrupt() }

    /// Makes the next call one that was not interrupted.
    nonisolated func reset() { interruption.reset() }

    /// Runs `body` in a transaction, which ends with it. A transaction that was in the way of another one is repeated.
    func run<Value: Sendable>(
        _ kind: PostgresTransaction, _ body: @Sendable (PostgresDatabase) throws -> Value
    ) throws -> Value {
        let connection = try usable()
        for _ in 1..<Self.conflictTriesMax {
            do {
                return try attempt(kind, on: connection, body)
            } catch let error as PostgresError where error.isConflict && !connection.isBroken { continue }
        }
        return try attempt(kind, on: connection, body)
    }

    private func usable() throws -> PostgresConnection {
        if let connection, !connection.isBroken, !connection.isClosedByServer() { return connection }
        connection = nil
        let new = try PostgresConnection(options, interruption: interruption)
        try onConnect(PostgresDatabase(connection: new))
        connection = new
        return new
    }

    private func attempt<Value: Sendable>(
        _ kind: PostgresTransaction, on connection: PostgresConnection,
        _ body: @Sendable (PostgresDatabase) throws -> Value
    ) throws -> Value {
        do {
            if let begin = kind.begin { connection.enqueue(begin, [], isKept: true) }
            let value = try body(PostgresDatabase(connection: connection))
            guard kind.begin != nil else {
                connection.renewPlans()
                if connection.isWaiting { _ = try connection.roundTrip() }
                return value
            }
            connection.enqueue("COMMIT", [], isKept: true)
            connection.renewPlans()
            // A transaction that has failed answers the same statement with ROLLBACK, and without an error.
            guard try connection.roundTrip().contains(where: { $0.command == "COMMIT" }) else {
                throw PostgresError(state: "40000", message: "the transaction was rolled back")
            }
            return value
        } catch {
            connection.forgetWaiting()
            if !connection.isBroken, connection.isInTransaction {
                connection.enqueue("ROLLBACK", [], isKept: true)
                _ = try? connection.roundTrip()
            }
            if connection.isBroken { self.connection = nil }
            throw error
        }
    }
}
