import JobCore
import Messaging
import Store

/// What consoled has learned of the store and of the broker. All that `GET /status` shows follows from it.
struct StatusReading: Sendable {
    var now: Instant
    var store = StoreCondition.ok
    /// Nil if the store gave no answer.
    var overview: StoreOverview?
    var broker = BrokerCondition.ok
    /// By the name of the queue without the prefix; nil if the broker gave no answer. A queue that does not exist is
    /// not in it.
    var depths: [String: QueueDepth]?

    /// The queues that the broker is asked about.
    static let queues =
        WorkQueue.allCases.map(\.rawValue) + WorkQueue.allCases.compactMap(\.deadLetterQueue) + retryLadder
        + [EventFork.storage.queue].compactMap(\.self)
    static let retryLadder = RetryLadder.stepsSeconds.map { RoutingKey.retry(stepSeconds: $0) }

    /// Whether the broker has answered, and has no such queue.
    func lacks(_ queue: String) -> Bool { depths.map { $0[queue] == nil } ?? false }

    /// The messages that wait in these queues; nil if the broker gave no answer.
    func ready(in queues: some Sequence<String>) -> Int? {
        depths.map { depths in queues.reduce(0) { $0 + (depths[$1]?.ready ?? 0) } }
    }

    /// The dead letters of a work queue, those in the hands of deadletterd excepted.
    func deadLetters(of queue: WorkQueue) -> Int? { queue.deadLetterQueue.flatMap { depths?[$0]?.ready } }

    /// When the latest sign of life was made that has passed a line of reports.
    var latestSignAt: Instant? { overview?.lines.compactMap(\.latestSignAt).max() }
    /// When the latest mark was made that has passed all queues of deliveries.
    var latestMarkAt: Instant? { overview?.lines.compactMap(\.latestMarkAt).max() }

    /// The most seconds that the oldest message of a work queue can have waited: what is known to have passed the queue
    /// was put into it behind all that is older. Nil for an empty queue, and where nothing is known.
    func oldestSecondsMax(in queue: WorkQueue) -> Int64? {
        guard depths?[queue.rawValue]?.ready ?? 0 > 0, let overview else { return nil }
        let passed: Instant? =
            switch queue {
            // An occurrence of a paused job passes, and leaves nothing on record.
            case .dispatcherDue: overview.pausedJobs > 0 ? nil : overview.newestOccurrence
            case .dispatcherDeliveries, .courierDeliveries, .courierBulk: latestMarkAt
            default: queue.reportLine.flatMap { overview.lines[$0.index].latestSignAt }
            }
        return passed.map { seconds(since: $0) }
    }

    /// How long the attempt that is due has waited; 0 if none is due.
    var lateSeconds: Int64? { overview.map { $0.earliestDueAt.map { seconds(since: $0) } ?? 0 } }

    /// The whole seconds since an instant, at least 0.
    func seconds(since instant: Instant) -> Int64 { max(0, now.milliseconds(since: instant) / 1_000) }
}

/// How the store is. The raw values are those of the API.
enum StoreCondition: String, Sendable, CaseIterable {
    case ok
    /// It can be read, and its disk is full.
    case full
    /// It can be read, and may not be written.
    case notWritable = "not_writable"
    /// It can be read, and its disk fails.
    case failing
    /// It can be read, and its server takes no writes.
    case readOnly = "read_only"
    /// It can't be read.
    case unavailable
    /// It did not answer in time.
    case noAnswer = "no_answer"

    init(_ fault: StorageFault.Kind) {
        self =
            switch fault {
            case .full: .full
            case .notWritable: .notWritable
            case .failing: .failing
            case .readOnly: .readOnly
            case .unreachable: .unavailable
            }
    }
}

/// How the broker is. The raw values are those of the API.
enum BrokerCondition: String, Sendable, CaseIterable {
    case ok
    /// It answers, and consoled can't publish.
    case blocked
    /// It does not answer, or not in time.
    case unavailable
}
