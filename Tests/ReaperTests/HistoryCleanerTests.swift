import JobCore
import StageKit
import Store
import Synchronization
import Testing

@testable import Reaper

/// A history of a number of old executions, removed in batches.
private final class OldHistory: ExpiryStore {
    let count: Mutex<Int>

    init(count: Int) {
        self.count = Mutex(count)
    }

    func progress() async throws(StoreError) -> LineProgress { LineProgress() }

    func overdue(
        at instant: Instant, progress: LineProgress, limit: Int
    ) async throws(StoreError) -> [OverdueExecution] { [] }

    func undelivered(dueBefore instant: Instant, limit: Int) async throws(StoreError) -> [UndeliveredExecution] { [] }

    func newestEnd() async throws(StoreError) -> Instant? { Instant.recordable.upperBound }

    func removeHistory(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        count.withLock { count in
            let removed = min(limit, count)
            count -= removed
            return removed
        }
    }
}

@Suite struct `The cleaner of history` {
    @Test func `removes all old executions in one pass of several batches`() async throws {
        let history = OldHistory(count: 1_203)
        let result = try await HistoryCleaner(store: history).pass(at: Instant(secondsSinceEpoch: 1_800_000_000))
        #expect(result.count == 1_203)
        #expect(history.count.withLock { $0 } == 0)
    }
}
