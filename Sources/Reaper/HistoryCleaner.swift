public import JobCore
import Messaging
public import StageKit
public import Store

/// Removes executions that ended more than `keepDays` days ago.
///
/// The days are counted from the newest end on record at the latest: a clock that is far ahead removes nothing that
/// would be kept without it.
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
        guard let newestEnd = try await store.newestEnd() else { return PassResult() }
        let before = min(now, newestEnd).adding(seconds: -keepDays * 86_400)
        var removed = 0
        for _ in 0..<Self.batchesPerPassMax {
            let batch = try await store.removeHistory(endedBefore: before, limit: Self.batchMax)
            removed += batch
            if batch < Self.batchMax { break }
        }
        return PassResult(count: removed)
    }
}
