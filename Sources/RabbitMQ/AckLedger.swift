/// Knows which deliveries of a channel are unacknowledged, and acknowledges them in as few frames as possible.
///
/// Pure. `multiple` covers every delivery of the channel up to a tag, of all its consumers, so it is used only where
/// that is what is meant.
struct AckLedger {
    struct Frame: Equatable {
        var tag: UInt64
        var multiple: Bool
    }

    /// Ascending: the broker counts deliveries from 1 on each channel.
    private var outstanding: [UInt64] = []

    mutating func delivered(_ tag: UInt64) {
        outstanding.append(tag)
    }

    /// The frames that acknowledge these tags. A tag that is not outstanding is passed over: acknowledging one twice
    /// makes the broker close the channel.
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
