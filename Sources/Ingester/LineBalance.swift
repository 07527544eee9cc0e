import FoundationEssentials
public import JobCore
import Logging
public import StageKit
public import Store
import Synchronization

/// Spreads the lines of reports over the recorders: RabbitMQ would leave all of them to the first one.
///
/// Each recorder notes in the store how many lines it is active on, and reads the numbers of the others. One that has
/// two more than another gives a line away: it ends its subscription after the batch in hand, and subscribes again
/// behind the others. The broker returns what it had not acked to its place in the line before the next recorder gets
/// anything.
public final class LineBalance: PeriodicStage {
    public let name = "lines of reports"
    public let intervalMilliseconds: Int64 = 5_000
    /// A recorder that has noted nothing for this long has ended, or has lost the store.
    private static let othersSeconds: Int64 = 15

    private let store: any RecorderStore
    private let time: any TimeSource
    private let id = UUID()
    private let share = Mutex(LineShare())

    public init(store: any RecorderStore, time: any TimeSource) {
        self.store = store
        self.time = time
    }

    /// Compares with the other recorders. Throws while the store cannot be used.
    public func pass(at now: Instant) async throws -> PassResult {
        let monotonic = time.monotonicMilliseconds()
        let count = share.withLock { $0.active(at: monotonic).count }
        let others = try await store.noteActiveLines(
            count, of: id, at: now, othersSince: now.adding(seconds: -Self.othersSeconds))
        share.withLock { $0.compare(with: others, at: monotonic) }
        return PassResult()
    }

    /// A batch of a line is being handled. Returns whether the line goes to another recorder after it.
    func handles(_ line: ReportLine) -> Bool {
        share.withLock { share in
            share.heard(line, at: time.monotonicMilliseconds())
            return share.gives(line)
        }
    }
}
