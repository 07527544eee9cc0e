import Messaging

/// The messages that were published together, and what the broker says of each.
///
/// Pure. A return names the exchange and the routing key, not the message. It comes before the confirm of its message,
/// so once all are confirmed, all returns are there. If only some of the messages with the same exchange and key were
/// returned, all of them count as returned: a letter that stays can be replayed again, and one that is removed can't.
struct PublishWindow {
    private struct Entry {
        var exchange: String
        var routingKey: String
        var outcome: PublishOutcome?
    }

    private let firstTag: UInt64
    private var entries: [Entry]
    private var unsettledCount: Int

    /// `firstTag` is the broker's number of the first message.
    init(_ messages: [AMQPMessage], firstTag: UInt64) {
        self.firstTag = firstTag
        entries = messages.map { Entry(exchange: $0.exchange, routingKey: $0.routingKey) }
        unsettledCount = entries.count
    }

    /// Every message has its outcome.
    var isSettled: Bool { unsettledCount == 0 }

    /// What has become of each message, in order.
    var outcomes: [PublishOutcome] { entries.map { $0.outcome ?? .refused("the broker gave no answer") } }

    /// A mandatory message was returned.
    mutating func returned(exchange: String, routingKey: String) {
        for index in entries.indices
        where entries[index].exchange == exchange && entries[index].routingKey == routingKey {
            if entries[index].outcome == nil { unsettledCount -= 1 }
            entries[index].outcome = .unroutable
        }
    }

    /// The broker has taken one message, or all up to it; or it has refused them.
    mutating func confirmed(tag: UInt64, multiple: Bool, isAccepted: Bool) {
        guard tag >= firstTag else { return }
        let last = Int(clamping: tag - firstTag)
        for index in (multiple ? 0 : last)...max(last, 0) where entries.indices.contains(index) {
            guard entries[index].outcome == nil else { continue }
            unsettledCount -= 1
            entries[index].outcome =
                isAccepted ? .confirmed : .refused("a queue is full, or the broker has an error: see its log")
        }
    }
}
