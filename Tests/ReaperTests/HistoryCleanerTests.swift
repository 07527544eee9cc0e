import JobCore
import StageKit
import Store
import Synchronization
import Testing

@testable import Reaper

/// A history of a number of old executions and pauses, removed in batches.
private final class OldHistory: ExpiryStore {
    let count: Mutex<Int>
    let auditCount: Mutex<Int>
    let pauseCount: Mutex<Int>

    init(count: Int, auditCount: Int = 0, pauseCount: Int = 0) {
        self.count = Mutex(count)
        self.auditCount = Mutex(auditCount)
        self.pauseCount = Mutex(pauseCount)
    }

    func progress() async throws(StoreError) -> LineProgress { LineProgress() }

    func overdue(
        at instant: Instant, progress: LineProgress, limit: Int
    ) async throws(StoreError) -> [OverdueExecution] { [] }

    func undelivered(dueBefore instant: Instant, limit: Int) async throws(StoreError) -> [UndeliveredExecution] { [] }

    func newestEnd() async throws(StoreError) -> Instant? { Instant.recordable.upperBound }

    func removeHistory(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        Self.remove(limit, from: count)
    }

    func removePauses(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        Self.remove(limit, from: pauseCount)
    }

    private static func remove(_ limit: Int, from count: borrowing Mutex<Int>) -> Int {
        count.withLock { count in
            let removed = min(limit, count)
            count -= removed
            return removed
        }
    }

    func newestAudit() async throws(StoreError) -> Instant? { Instant.recordable.upperBound }

    func removeAudit(before instant: Instant, limit: Int) async throws(StoreError) -> Int {
        auditCount.withLock { count in
            let removed = min(limit, count)
            count -= removed
            return removed
        }
    }
}

/// A store that notes until when it is to remove what.
private final class DatedHistory: ExpiryStore {
    struct Content {
        var newestEnd: Instant?
        var newestAudit: Instant?
        var historyEnds: [Instant] = []
        var auditEnds: [Instant] = []
    }

    let content: Mutex<Content>

    init(newestEnd: Instant?, newestAudit: Instant?) {
        content = Mutex(Content(newestEnd: newestEnd, newestAudit: newestAudit))
    }

    func progress() async throws(StoreError) -> LineProgress { LineProgress() }

    func overdue(
        at instant: Instant, progress: LineProgress, limit: Int
    ) async throws(StoreError) -> [OverdueExecution] { [] }

    func undelivered(dueBefore instant: Instant, limit: Int) async throws(StoreError) -> [UndeliveredExecution] { [] }

    func newestEnd() async throws(StoreError) -> Instant? { content.withLock { $0.newestEnd } }

    func removeHistory(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int {
        content.withLock { $0.historyEnds.append(instant) }
        return 0
    }

    func removePauses(endedBefore instant: Instant, limit: Int) async throws(StoreError) -> Int { 0 }

    func newestAudit() async throws(StoreError) -> Instant? { content.withLock { $0.newestAudit } }

    func removeAudit(before instant: Instant, limit: Int) async throws(StoreError) -> Int {
        content.withLock { $0.auditEnds.append(instant) }
        return 0
    }
}

@Suite struct `The cleaner of history` {
    @Test func `removes all old executions and pauses in one pass of several batches`() async throws {
        let history = OldHistory(count: 1_203, pauseCount: 502)
        let result = try await HistoryCleaner(store: history).pass(at: Instant(secondsSinceEpoch: 1_800_000_000))
        #expect(result.count == 1_705)
        #expect(history.count.withLock { $0 } == 0 && history.pauseCount.withLock { $0 } == 0)
    }

    @Test func `removes all old audit entries in the same pass`() async throws {
        let history = OldHistory(count: 3, auditCount: 1_101)
        let result = try await HistoryCleaner(store: history).pass(at: Instant(secondsSinceEpoch: 1_800_000_000))
        #expect(result.count == 1_104)
        #expect(history.auditCount.withLock { $0 } == 0)
    }

    /// In days: the newest end, the newest entry, the clock, and the days before which history and entries are removed.
    @Test(
        arguments: [
            (100, 90, 110, 70, 70), (100, 90, 95, 65, 65), (nil, 90, 110, nil, 60), (90, 100, 9_000, 60, 70),
            (100, nil, 9_000, 70, nil), (nil, nil, 9_000, nil, nil), (nil, 100, 9_000, nil, 70),
        ] as [(Int64?, Int64?, Int64, Int64?, Int64?)])
    func `counts the days from what is on record, whatever the clock says`(
        end: Int64?, entry: Int64?, now: Int64, history: Int64?, audit: Int64?
    ) async throws {
        func day(_ number: Int64) -> Instant { Instant(secondsSinceEpoch: number * 86_400) }
        let store = DatedHistory(newestEnd: end.map(day), newestAudit: entry.map(day))
        _ = try await HistoryCleaner(store: store, keepDays: 30).pass(at: day(now))
        let content = store.content.withLock { $0 }
        #expect(content.historyEnds == (history.map { [day($0)] } ?? []))
        #expect(content.auditEnds == (audit.map { [day($0)] } ?? []))
    }
}
