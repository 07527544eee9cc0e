import GRDB
import Synchronization

/// Runs the writes that wait at the same time in one transaction: each commit waits for the disk, whatever it holds.
///
/// A write that fails is rolled back alone. If the whole transaction fails, all of its writes do.
final class GroupCommit: Sendable {
    /// A write that waits. `finish` is called with nil once it is committed, or with its error.
    private struct Write: Sendable {
        var run: @Sendable (Database) throws -> Void
        var finish: @Sendable ((any Error)?) -> Void
    }

    private struct State {
        var waiting: [Write] = []
        var isAtWork = false
    }

    private let pool: DatabasePool
    private let state = Mutex(State())

    init(_ pool: DatabasePool) {
        self.pool = pool
    }

    /// The number of writes that wait for the one at work.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` in an IMMEDIATE transaction, alone or with others, and returns its value once it is committed.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { (caller: CheckedContinuation<Value, any Error>) in
            let value = Mutex<Value?>(nil)
            add(
                Write { database in
                    let result = try body(database)
                    value.withLock { $0 = result }
                } finish: { error in
                    if let error { return caller.resume(throwing: error) }
                    guard let value = value.withLock({ $0 }) else { preconditionFailure("a write has no value") }
                    caller.resume(returning: value)
                })
        }
    }

    private func add(_ write: Write) {
        let mustBegin = state.withLock { state in
            state.waiting.append(write)
            defer { state.isAtWork = true }
            return !state.isAtWork
        }
        if mustBegin { pool.asyncWriteWithoutTransaction { self.commitAll($0) } }
    }

    private func commitAll(_ database: Database) {
        while true {
            let writes = state.withLock { state in
                defer { state.waiting = [] }
                state.isAtWork = !state.waiting.isEmpty
                return state.waiting
            }
            if writes.isEmpty { return }
            commit(writes, to: database)
        }
    }

    private func commit(_ writes: [Write], to database: Database) {
        var errors: [(any Error)?] = Array(repeating: nil, count: writes.count)
        do {
            try database.inTransaction(.immediate) {
                guard writes.count > 1 else {
                    try writes[0].run(database)
                    return .commit
                }
                for (index, write) in writes.enumerated() {
                    do {
                        try database.inSavepoint {
                            try write.run(database)
                            return .commit
                        }
                    } catch {
                        // A full disk, for example, ends the transaction as a whole.
                        guard database.isInsideTransaction else { throw error }
                        errors[index] = error
                    }
                }
                return .commit
            }
        } catch {
            errors = errors.map { _ in error }
        }
        for (write, error) in zip(writes, errors) { write.finish(error) }
    }
}
