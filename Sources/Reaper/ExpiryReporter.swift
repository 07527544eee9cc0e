import CoreMetrics
public import JobCore
internal import Logging
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
            return state.reachability.since
        }
        let overdue = try await store.overdue(at: now, reachableSince: reachableSince, limit: Self.batchMax)
        let due = state.withLock { $0.throttle.due(in: overdue, now: now) }
        return PassResult(
            messages: due.map {
                OutboundMessage(ExecutionExpired(executionID: $0.id, expiry: $0.expiry, noticedAt: now))
            },
            reported: due.map { ["execution_id": "\($0.id)", "deadline": "\($0.expiry.rawValue)"] })
    }

    public func confirmed(at now: Instant) {
        expiries.increment(by: state.withLock { $0.throttle.confirmed(at: now) })
    }

    public func failed(at now: Instant) {
        state.withLock { $0.reachability.fail(at: now) }
    }
}
