import Messaging

/// Where a pass is in the list of all dead letters: which letters it skips, and where the next pass goes on.
///
/// Pure. Letters may share an id, so a place counts the letters with its id.
struct ScanPlace {
    private let queue: WorkQueue
    private var target: (id: DeadLetterID, copy: Int)?
    /// An entry for each id, of about 40 bytes: which of the letters will be the last is not known before. The time of
    /// a pass bounds them.
    private var copies: [DeadLetterID: Int] = [:]
    /// The last letter that stays, in this queue or in one before it.
    private(set) var last: DeadLetterPosition?

    /// `after` is where the pass goes on; `last` is the last place in the queues before.
    init(in queue: WorkQueue, after: DeadLetterPosition?, last: DeadLetterPosition?) {
        self.queue = queue
        self.last = last
        if let after, after.queue == queue, after.copy != 0 { target = (after.id, max(1, after.copy ?? 1)) }
    }

    /// Whether the letter that the pass goes on after has not come yet. At the end of a queue: it has gone.
    var isSkipping: Bool { target != nil }

    /// Whether this letter, the next one of the queue, was dealt with by an earlier pass.
    mutating func skips(_ id: DeadLetterID) -> Bool {
        guard let target else { return false }
        copies[id, default: 0] += 1
        if id == target.id, copies[id] == target.copy {
            self.target = nil
            last = DeadLetterPosition(queue: queue, id: id, copy: target.copy)
        }
        return true
    }

    /// The next letter of the queue was looked at, and stays.
    mutating func stays(_ id: DeadLetterID) {
        copies[id, default: 0] += 1
        last = DeadLetterPosition(queue: queue, id: id, copy: copies[id])
    }

    /// The next letter of the queue was removed.
    mutating func removed(_ id: DeadLetterID) {
        if last == nil || last?.copy == 0 { last = DeadLetterPosition(queue: queue, id: id, copy: 0) }
    }
}
