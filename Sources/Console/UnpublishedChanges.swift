public import JobCore
import Messaging
public import StageKit
import Synchronization

/// The changes of jobs whose events the broker did not take when they were made. `Periodic` publishes them once it
/// does.
///
/// They are in memory only: a process that is killed loses them.
public final class UnpublishedChanges: PeriodicStage {
    public let name = "unpublished-changes"
    public let intervalMilliseconds: Int64 = 1_000

    /// An outage of days must not fill the memory. Further changes have no event.
    private static let countMax = 10_000
    /// The changes of one pass.
    private static let passCountMax = 500

    private let state = Mutex((waiting: [JobChanged](), publishingCount: 0))

    /// Keeps a change. False if there are too many already.
    func add(_ change: JobChanged) -> Bool {
        state.withLock { state in
            guard state.waiting.count < Self.countMax else { return false }
            state.waiting.append(change)
            return true
        }
    }

    /// The events of the oldest changes.
    public func pass(at now: Instant) async -> PassResult {
        let changes = state.withLock { state in
            state.publishingCount = min(state.waiting.count, Self.passCountMax)
            return state.waiting.prefix(state.publishingCount)
        }
        return PassResult(messages: changes.map { OutboundMessage($0) }, count: changes.count)
    }

    public func confirmed(at now: Instant) {
        state.withLock { state in
            state.waiting.removeFirst(state.publishingCount)
            state.publishingCount = 0
        }
    }
}
