import DequeModule

/// The unacknowledged messages of a channel, acknowledged in as few frames as possible.
///
/// Pure. A `basic.ack` with `multiple` covers every message of the channel up to its tag, whichever consumer got it,
/// so it is used only where all of these are meant. Each frame costs a quorum queue an entry in its log. So a message
/// that is settled before an earlier one is held until a `multiple` covers it, or until `flush()`.
struct AckLedger {
    /// One `basic.ack`.
    struct Frame: Equatable {
        var tag: UInt64
        var multiple: Bool
    }

    private struct Entry {
        var queue: String
        var bytes: Int
    }

    private var outstanding: [UInt64: Entry] = [:]
    /// The tags of the outstanding messages, ascending, among others that are settled. An ack costs no more because
    /// many messages are outstanding.
    private var order: Deque<UInt64> = []
    /// Settled, and not acknowledged yet.
    private var held: Set<UInt64> = []
    /// The bodies of all messages that are not acknowledged.
    private(set) var bytes = 0

    /// Enters a message that has arrived. Tags must ascend: the broker counts the messages of a channel from 1, and a
    /// `multiple` over tags out of order would acknowledge messages that nobody has handled.
    mutating func delivered(_ tag: UInt64, from queue: String, bytes: Int) {
        let last = order.last ?? 0
        precondition(tag > last, "message tag \(tag) after \(last)")
        order.append(tag)
        outstanding[tag] = Entry(queue: queue, bytes: bytes)
        self.bytes += bytes
    }

    /// Whether a settled message is not acknowledged yet.
    var isHolding: Bool { !held.isEmpty }

    /// Settles these tags, and returns the frame that acknowledges all that are settled up to the first message that is
    /// not; nil if there are none. A tag that is not outstanding is left out: the broker closes a channel that
    /// acknowledges a message twice.
    mutating func settle(_ tags: some Sequence<UInt64>) -> Frame? {
        for tag in tags where remove(tag) { held.insert(tag) }
        var (last, count): (UInt64, Int) = (0, 0)
        while let first = order.first, outstanding[first] == nil {
            // The latest tag stays, since the next must be greater.
            if held.remove(first) != nil { (last, count) = (first, count + 1) }
            guard order.count > 1 else { break }
            order.removeFirst()
        }
        compact()
        return count > 0 ? Frame(tag: last, multiple: count > 1) : nil
    }

    /// The frames that acknowledge all that is held.
    mutating func flush() -> [Frame] {
        defer { held = [] }
        return held.sorted().map { Frame(tag: $0, multiple: false) }
    }

    /// Takes out all messages of a queue, to be requeued. Answers their tags, ascending.
    mutating func release(_ queue: String) -> [UInt64] {
        let tags = Array(order.filter { outstanding[$0]?.queue == queue })
        for tag in tags { _ = remove(tag) }
        return tags
    }

    /// False if the message is not outstanding.
    private mutating func remove(_ tag: UInt64) -> Bool {
        guard let entry = outstanding.removeValue(forKey: tag) else { return false }
        bytes -= entry.bytes
        return true
    }

    /// Settled tags behind a message that stays outstanding must not pile up.
    private mutating func compact() {
        guard order.count > 2 * outstanding.count + Self.settledTagsMax, let latest = order.last else { return }
        order = Deque(order.filter { outstanding[$0] != nil || $0 == latest })
    }

    private static let settledTagsMax = 1_000
}
