import CoreMetrics
public import JobCore
import Messaging
public import StageKit
public import Store
import Synchronization

/// Finds pending executions whose attempt is long overdue: their delivery was lost (a purged queue), and the dispatcher
/// is asked to request it again.
public final class LostDeliveryFinder: PeriodicStage {
    public let name = "lost deliveries"
    public let intervalMilliseconds: Int64 = 5_000

    private struct State {
        var throttle: ReportThrottle<UndeliveredExecution>
        var reported: [UndeliveredExecution] = []
    }

    private let store: any ExpiryStore
    private let overdueSeconds: Int64
    private let state: Mutex<State>
    private let redeliveries = Counter(label: "belfry_redeliveries_total", dimensions: [])

    private static let batchMax = 5_000

    /// `overdueSeconds`: an attempt that is overdue by this much counts as lost.
    public init(store: any ExpiryStore, overdueSeconds: Int64 = 300) {
        self.store = store
        self.overdueSeconds = overdueSeconds
        state = Mutex(State(throttle: ReportThrottle(repeatAfterMilliseconds: overdueSeconds * 1_000)))
    }

    public func pass(at now: Instant) async throws -> PassResult {
        let lost = try await store.undelivered(dueBefore: now.adding(seconds: -overdueSeconds), limit: Self.batchMax)
        let due = state.withLock { state in
            state.reported = state.throttle.due(in: lost, now: now)
            return state.reported
        }
        return PassResult(
            messages: due.map {
                OutboundMessage(DeliveryDue(executionID: $0.id, jobName: $0.jobName, foundAt: now))
            }, count: due.count)
    }

    public func confirmed(at now: Instant) {
        let count = state.withLock { state in
            state.throttle.markReported(state.reported, at: now)
            return state.reported.count
        }
        redeliveries.increment(by: count)
    }
}
