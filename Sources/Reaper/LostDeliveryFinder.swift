import CoreMetrics
public import JobCore
import Logging
import Messaging
public import StageKit
public import Store
import Synchronization

/// Finds pending executions whose attempt is long overdue. Their delivery may be lost, for example in a purged queue,
/// so the dispatcher is asked to request it again.
public final class LostDeliveryFinder: PeriodicStage {
    public let name = "lost deliveries"
    public let intervalMilliseconds: Int64 = 5_000

    private let store: any ExpiryStore
    private let overdueSeconds: Int64
    private let throttle: Mutex<ReportThrottle<UndeliveredExecution>>
    private let redeliveries = Counter(label: "belfry_redeliveries_total", dimensions: [])

    private static let batchMax = 5_000

    /// A delivery counts as lost when its attempt is overdue by `overdueSeconds`.
    public init(store: any ExpiryStore, overdueSeconds: Int64 = 300) {
        self.store = store
        self.overdueSeconds = overdueSeconds
        throttle = Mutex(ReportThrottle(repeatAfterMilliseconds: overdueSeconds * 1_000))
    }

    public func pass(at now: Instant) async throws -> PassResult {
        let lost = try await store.undelivered(dueBefore: now.adding(seconds: -overdueSeconds), limit: Self.batchMax)
        let due = throttle.withLock { $0.due(in: lost, now: now) }
        return PassResult(
            messages: due.map {
                OutboundMessage(RedeliveryRequested(executionID: $0.id, jobName: $0.jobName, foundAt: now))
            },
            reported: due.map { ["execution_id": "\($0.id)", "job": "\($0.jobName)"] })
    }

    public func confirmed(at now: Instant) {
        redeliveries.increment(by: throttle.withLock { $0.confirm(at: now) })
    }
}
