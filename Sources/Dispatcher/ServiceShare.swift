import Synchronization

/// Decides which deliveries are bulk, for runs that are asked for one by one and for lost deliveries: those of a
/// service that exceed its share. (For due events the ticker decides.)
///
/// A token bucket for each service: a burst is ordinary, and then a number of deliveries a second. A service that has
/// its whole burst again is forgotten, so no more services are remembered than were at work in the last seconds. Time
/// is passed in; the lock is for the handlers, which share one value.
///
/// A message that is handled again may be decided otherwise. It has the same id then, and takes the other way.
public final class ServiceShare: Sendable {
    /// The number of a service's deliveries that are ordinary at once.
    static let burst = 500
    /// The number that becomes ordinary with each further second.
    static let perSecond = 100

    private struct Buckets {
        /// By service: how much of the burst was used, in thousandths of a delivery, and when.
        var used: [String: (thousandths: Int64, atMilliseconds: Int64)] = [:]
        /// At this number of services, those that have their whole burst again are forgotten.
        var sweepCount = 1_000
    }

    private let buckets = Mutex(Buckets())

    public init() {}

    /// The services that are remembered.
    var serviceCount: Int { buckets.withLock { $0.used.count } }

    /// Takes one delivery of the service into account, at an instant by the monotonic clock. True if it is bulk.
    func isBulk(of service: String, nowMilliseconds: Int64) -> Bool {
        buckets.withLock { buckets in
            if buckets.used.count >= buckets.sweepCount {
                buckets.used = buckets.used.filter { Self.thousandths($0.value, at: nowMilliseconds) > 0 }
                buckets.sweepCount = max(1_000, 2 * buckets.used.count)
            }
            let used = buckets.used[service].map { Self.thousandths($0, at: nowMilliseconds) } ?? 0
            let isBulk = used + 1_000 > Int64(Self.burst) * 1_000
            buckets.used[service] = (isBulk ? used : used + 1_000, nowMilliseconds)
            return isBulk
        }
    }

    /// How much is still used after the time since then. A thousandth of a delivery becomes free for each of
    /// `perSecond`, each millisecond.
    private static func thousandths(
        _ used: (thousandths: Int64, atMilliseconds: Int64), at nowMilliseconds: Int64
    ) -> Int64 {
        let passed = min(max(0, nowMilliseconds - used.atMilliseconds), Int64(burst) * 1_000)
        return max(0, used.thousandths - passed * Int64(perSecond))
    }
}
