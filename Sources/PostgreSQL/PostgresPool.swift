import DequeModule
import Synchronization

/// Some connections to a server, each with a thread of its own. They are made when they are needed, and made again
/// after a loss.
///
///     let pool = PostgresPool(options, connectionsMax: 4)
///     let count = try await pool.run(.single) { try $0.rows("SELECT count(*) FROM job")[0].value(0, as: Int.self) }
public final class PostgresPool: Sendable {
    private struct State {
        var free: [PostgresWorker] = []
        var madeCount = 0
        var waiting: Deque<CheckedContinuation<PostgresWorker, Never>> = []
    }

    private let options: PostgresOptions
    private let connectionsMax: Int
    private let onConnect: @Sendable (PostgresDatabase) throws -> Void
    private let state = Mutex(State())

    /// `onConnect` is called with each new connection, on its thread; what it throws fails the call that needed it.
    public init(
        _ options: PostgresOptions, connectionsMax: Int,
        onConnect: @escaping @Sendable (PostgresDatabase) throws -> Void = { _ in }
    ) {
        self.options = options
        self.connectionsMax = connectionsMax
        self.onConnect = onConnect
    }

    /// Runs `body` in a transaction on a free connection, in the order of the calls. `body` blocks its thread; it may
    /// be called again after a conflict with another transaction.
    ///
    /// Throws `PostgresError`, or what `body` throws: nothing is changed then. After an error of a connection that was
    /// lost at the end, it may all the same. A call whose task is cancelled ends soon.
    public func run<Value: Sendable>(
        _ kind: PostgresTransaction, _ body: @escaping @Sendable (PostgresDatabase) throws -> Value
    ) async throws -> Value {
        let worker = await lease()
        defer { giveBack(worker) }
        try Task.checkCancellation()
        worker.reset()
        return try await withTaskCancellationHandler {
            try await worker.run(kind, body)
        } onCancel: {
            worker.interrupt()
        }
    }

    private func lease() async -> PostgresWorker {
        await withCheckedContinuation { continuation in
            let worker = state.withLock { state -> PostgresWorker? in
                if let free = state.free.popLast() { return free }
                guard state.madeCount < connectionsMax else {
                    state.waiting.append(continuation)
                    return nil
                }
                state.madeCount += 1
                return PostgresWorker(options, onConnect: onConnect)
            }
            if let worker { continuation.resume(returning: worker) }
        }
    }

    private func giveBack(_ worker: PostgresWorker) {
        let next = state.withLock { state in
            if let next = state.waiting.popFirst() { return Optional(next) }
            state.free.append(worker)
            return nil
        }
        next?.resume(returning: worker)
    }
}
