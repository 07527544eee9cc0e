import CoreMetrics
import Messaging

/// The counters of what was done with dead letters, by work queue.
struct LetterCounts {
    private let replays: [WorkQueue: Counter]
    private let drops: [WorkQueue: Counter]

    /// All counters show 0 from the start.
    init() {
        func counters(_ label: String) -> [WorkQueue: Counter] {
            let queues = WorkQueue.allCases.filter(\.hasDeadLetters)
            return Dictionary(
                uniqueKeysWithValues: queues.map { ($0, Counter(label: label, dimensions: [("queue", $0.rawValue)])) })
        }
        replays = counters("belfry_dead_letters_replayed_total")
        drops = counters("belfry_dead_letters_dropped_total")
    }

    func replayed(_ count: Int, of queue: WorkQueue) { replays[queue]?.increment(by: count) }

    func dropped(_ count: Int, of queue: WorkQueue) { drops[queue]?.increment(by: count) }
}
