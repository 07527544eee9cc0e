import Messaging

/// The unacknowledged messages of a channel, acknowledged in as few frames as possible.
///
/// Pure. A `basic.ack` with `multiple` covers every message of the channel up to its tag, whichever consumer got it,
/// so it is used only where all of these are meant.
struct AckLedger {
    /// One `basic.ack`.
    struct Frame: Equatable {
        var tag: UInt64
        var multiple: Bool
    }

    private struct Entry {
        var tag: UInt64
        var queue: WorkQueue
        var bytes: Int
    }

    /// Ascending.
    private var outstanding: [Entry] = []
    /// The bodies of all messages that are not acknowledged.
    private(set) var bytes = 0

    /// Enters a message that has arrived. Tags must ascend: the broker counts the messages of a channel from 1, and a
    /// `multiple` over tags out of order would acknowledge messages that nobody has handled.
    mutating func delivered(_ tag: UInt64, from queue: WorkQueue, bytes: Int) {
        let last = outstanding.last?.tag ?? 0
        precondition(tag > last, "message tag \(tag) after \(last)")
        outstanding.append(Entry(tag: tag, queue: queue, bytes: bytes))
        self.bytes += bytes
    }

    /// The frames that acknowledge these tags. A tag that is not outstanding is left out: the broker closes a channel
    /// that acknowledges a message twice.
    mutating func settle(_ tags: Set<UInt64>) -> [Frame] {
        let settled = outstanding.lazy.map(\.tag).filter(tags.contains)
        let prefixCount = zip(outstanding, settled).prefix { $0.tag == $1 }.count
        var frames: [Frame] = []
        if prefixCount > 0 { frames.append(Frame(tag: outstanding[prefixCount - 1].tag, multiple: prefixCount > 1)) }
        frames += settled.dropFirst(prefixCount).map { Frame(tag: $0, multiple: false) }
        remove { tags.contains($0.tag) }
        return frames
    }

    /// Takes out all messages of a queue, to be requeued. Answers their tags, ascending.
    mutating func release(_ queue: WorkQueue) -> [UInt64] {
        let tags = outstanding.filter { $0.queue == queue }.map(\.tag)
        remove { $0.queue == queue }
        return tags
    }

    private mutating func remove(where isOver: (Entry) -> Bool) {
        outstanding.removeAll { entry in
            guard isOver(entry) else { return false }
            bytes -= entry.bytes
            return true
        }
    }
}
