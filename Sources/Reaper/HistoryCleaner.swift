public import JobCore
import Messaging
public import StageKit
public import Store

/// Removes executions, and operators' pauses, that ended more than `keepDays` days ago, and audit entries of that age.
/// So a pause is there for as long as the executions of its time are: whatever occurrence within it is handled late is
/// still skipped.
///
/// The days are counted from the newest end on record at the latest, those of audit entries from the newest end or
/// entry: a clock that is far ahead removes nothing that would be kept without it.
public struct HistoryCleaner: PeriodicStage {
    public let name = "old history"
    public let intervalMilliseconds: Int64 = 10_000

    private let store: any ExpiryStore
    private let keepDays: Int64

    /// Transactions are small, so that other programs can write in between.
    private static let batchMax = 500
    private static let batchesPerPassMax = 100

    public init(store: any ExpiryStore, keepDays: Int64 = 30) {
        self.store = store
        self.keepDays = keepDays
    }

    public func pass(at now: Instant) async throws -> PassResult {
        let newestEnd = try await store.newestEnd()
        var removed = 0
        if let newestEnd {
            let before = min(now, newestEnd).adding(seconds: -keepDays * 86_400)
            removed += try await inBatches { try await store.removeHistory(endedBefore: before, limit: $0) }
            removed += try await inBatches { try await store.removePauses(endedBefore: before, limit: $0) }
        }
        if let newest = try await store.newestAudit() {
            let before = min(now, max(newest, newestEnd ?? newest)).adding(seconds: -keepDays * 86_400)
            removed += try await inBatches { try await store.removeAudit(before: before, limit: $0) }
        }
        return PassResult(count: removed)
    }

    private func inBatches(_ remove: (Int) async throws -> Int) async throws -> Int {
        var removed = 0
        for _ in 0..<Self.batchesPerPassMax {
            let batch = try await remove(Self.batchMax)
            removed += batch
            if batch < Self.batchMax { break }
        }
        return removed
    }
}
