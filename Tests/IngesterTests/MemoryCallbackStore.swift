import JobCore
import Store
import Synchronization

/// The callback endpoint's store in memory: the status of each execution on record.
final class MemoryCallbackStore: CallbackStore {
    private let state = Mutex<(statuses: [ExecutionID: ExecutionStatus], failure: StoreError?)>(([:], nil))

    func set(_ status: ExecutionStatus, of id: ExecutionID) {
        state.withLock { $0.statuses[id] = status }
    }

    /// Makes every call throw this error.
    func fail(with error: StoreError) {
        state.withLock { $0.failure = error }
    }

    func statuses(of ids: [ExecutionID]) async throws(StoreError) -> [ExecutionID: ExecutionStatus] {
        let (statuses, failure) = state.withLock { $0 }
        if let failure { throw failure }
        return statuses.filter { ids.contains($0.key) }
    }
}
