import CoreMetrics
public import JobCore
import Logging
import Messaging
public import StageKit
public import Store
import Synchronization

/// Reports every deadline that has passed, and reports it again while the store still shows it.
///
/// It changes no execution. Two reapers are harmless: the recorder judges each report at its place in its line, so a
/// report is repeated only if the recorder has not come to it yet, or judged that silence does not count yet.
public final class ExpiryReporter: PeriodicStage {
    public let name = "expiries"
    public let intervalMilliseconds: Int64 = 1_000

    private let store: any ExpiryStore
    private let throttle = Mutex(ReportThrottle<OverdueExecution>(waitMilliseconds: 2_000...60_000))
    private let expiries = Counter(label: "belfry_expiries_total", dimensions: [])

    private static let batchMax = 5_000

    public init(store: any ExpiryStore) {
        self.store = store
    }

    public func pass(at now: Instant) async throws -> PassResult {
        var progress = try await store.progress()
        // Silence does not count, and the recorder would ignore it.
        if !progress.hadCallbacks(at: now) { progress.reachableSince = nil }
        let overdue = try await store.overdue(
            at: now.adding(milliseconds: -ExecutionState.expiryGraceMilliseconds), progress: progress,
            limit: Self.batchMax)
        let due = throttle.withLock { $0.due(in: overdue, now: now) }
        return PassResult(
            messages: due.map {
                OutboundMessage(ExecutionExpired(executionID: $0.id, expiry: $0.expiry, noticedAt: now))
            },
            reported: due.map { ["execution_id": "\($0.id)", "deadline": "\($0.expiry.rawValue)"] })
    }

    public func confirmed(at now: Instant) {
        expiries.increment(by: throttle.withLock { $0.confirm(at: now) })
    }
}
