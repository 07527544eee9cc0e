import CoreMetrics
public import JobCore
import Messaging
public import StageKit
public import Store
import Synchronization

/// Reports every deadline that has passed: once, and again after a minute while it still stands.
///
/// It changes nothing itself. Two of them are harmless: the recorder judges each report.
public final class ExpiryReporter: PeriodicStage {
    public let name = "expiries"
    public let intervalMilliseconds: Int64 = 1_000

    private struct State {
        var reachability = ReachabilityWindow()
        var throttle = ReportThrottle<OverdueExecution>(repeatAfterMilliseconds: 60_000)
        var reported: [OverdueExecution] = []
    }

    private let store: any ExpiryStore
    private let state = Mutex(State())
    private let expiries = Counter(label: "belfry_expiries_total", dimensions: [])

    private static let batchMax = 5_000

    public init(store: any ExpiryStore) {
        self.store = store
    }

    public func pass(at now: Instant) async throws -> PassResult {
        let reachableSince = state.withLock { state in
            state.reachability.pass(at: now)
            state.reported = []
            return state.reachability.since
        }
        let overdue = try await store.overdue(at: now, reachableSince: reachableSince, limit: Self.batchMax)
        let due = state.withLock { state in
            state.reported = state.throttle.due(in: overdue, now: now)
            return state.reported
        }
        return PassResult(
            messages: due.map {
                OutboundMessage(ExecutionExpired(executionID: $0.id, expiry: $0.expiry, noticedAt: now))
            }, count: due.count)
    }

    public func confirmed(at now: Instant) {
        let count = state.withLock { state in
            state.throttle.markReported(state.reported, at: now)
            return state.reported.count
        }
        expiries.increment(by: count)
    }

    public func failed(at now: Instant) {
        state.withLock { $0.reachability.fail(at: now) }
    }
}
