import CoreMetrics
public import JobCore
import Logging
import Messaging
public import StageKit
public import Store
import Synchronization

/// Reports every deadline that has passed, and reports it again each minute while the store still shows it.
///
/// It changes no execution. Two reapers are harmless: the recorder judges each report.
public final class ExpiryReporter: PeriodicStage {
    public let name = "expiries"
    public let intervalMilliseconds: Int64 = 1_000

    private let store: any ExpiryStore
    private let reachability = Mutex(ReachabilityWindow())
    private let throttle = Mutex(ReportThrottle<OverdueExecution>(repeatAfterMilliseconds: 60_000))
    private let expiries = Counter(label: "belfry_expiries_total", dimensions: [])

    private static let batchMax = 5_000

    public init(store: any ExpiryStore) {
        self.store = store
    }

    public func pass(at now: Instant) async throws -> PassResult {
        let reachableSince = reachability.withLock { reachability in
            reachability.pass(at: now)
            return reachability.since
        }
        let overdue = try await store.overdue(at: now, reachableSince: reachableSince, limit: Self.batchMax)
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

    public func failed(at now: Instant) {
        reachability.withLock { $0.fail(at: now) }
    }
}
