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

    /// Ascending.
    private var outstanding: [UInt64] = []

    /// Enters a message that has arrived. Tags must ascend: the broker counts the messages of a channel from 1, and a
    /// `multiple` over tags out of order would acknowledge messages that nobody has handled.
    mutating func delivered(_ tag: UInt64) {
        precondition(tag > outstanding.last ?? 0, "message tag \(tag) after \(outstanding.last ?? 0)")
        outstanding.append(tag)
    }

    /// The frames that acknowledge these tags. A tag that is not outstanding is left out: the broker closes a channel
    /// that acknowledges a message twice.
    mutating func settle(_ tags: Set<UInt64>) -> [Frame] {
        let settled = outstanding.filter(tags.contains)
        guard !settled.isEmpty else { return [] }
        let prefixCount = zip(outstanding, settled).prefix { $0 == $1 }.count
        var frames: [Frame] = []
        if prefixCount > 0 { frames.append(Frame(tag: settled[prefixCount - 1], multiple: prefixCount > 1)) }
        frames += settled.dropFirst(prefixCount).map { Frame(tag: $0, multiple: false) }
        outstanding.removeAll(where: tags.contains)
        return frames
    }
}
