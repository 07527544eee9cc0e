public import JobCore
import Logging
import Messaging
public import StageKit
public import Store
import Synchronization

/// Reports pending executions whose attempt is long overdue. Their delivery may be lost, for example in a purged queue.
///
/// The recorder judges whether it is, and has it requested again.
public final class LostDeliveryFinder: PeriodicStage {
    public let name = "lost deliveries"
    public let intervalMilliseconds: Int64 = 5_000

    private let store: any ExpiryStore
    private let overdueSeconds: Int64
    private let throttle = Mutex(ReportThrottle<UndeliveredExecution>(waitMilliseconds: 10_000...60_000))

    private static let batchMax = 5_000

    /// A delivery may be lost when its attempt is overdue by `overdueSeconds`.
    public init(store: any ExpiryStore, overdueSeconds: Int64 = 300) {
        self.store = store
        self.overdueSeconds = overdueSeconds
    }

    public func pass(at now: Instant) async throws -> PassResult {
        // What no mark has overtaken may still be in the couriers' queue.
        guard let mark = try await store.progress().latestMarkAt else { return PassResult() }
        let lost = try await store.undelivered(
            dueBefore: min(now, mark).adding(seconds: -overdueSeconds), limit: Self.batchMax)
        let due = throttle.withLock { $0.due(in: lost, now: now) }
        return PassResult(
            messages: due.map {
                OutboundMessage(
                    DeliveryOverdue(executionID: $0.id, afterSeconds: overdueSeconds, noticedAt: now))
            },
            reported: due.map { ["execution_id": "\($0.id)", "job": "\($0.jobName)"] })
    }

    public func confirmed(at now: Instant) {
        _ = throttle.withLock { $0.confirm(at: now) }
    }
}
