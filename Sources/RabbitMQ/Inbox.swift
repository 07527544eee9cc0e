import DequeModule
import Messaging

/// The messages of one queue that have arrived and that nobody has taken yet.
///
/// Pure. `Waiter` is the caller that waits for messages.
struct Inbox<Waiter> {
    let prefetch: Int
    /// True once the present connection has a consumer for the queue.
    var isConsuming = false
    private var messages: Deque<InboundMessage> = []
    private var waiter: (id: UInt64, limit: Int, caller: Waiter)?
    /// Messages were requeued. Others that were on their way by then may still arrive.
    private var isRequeueing = false

    init(prefetch: Int) {
        self.prefetch = prefetch
    }

    /// A message has arrived. False when it must be requeued: it was on its way when those before it were requeued, and
    /// comes again behind them.
    mutating func receive(_ message: InboundMessage) -> Bool {
        if isRequeueing, !message.isRedelivered { return false }
        isRequeueing = false
        messages.append(message)
        return true
    }

    /// All messages, those in hand included, are requeued.
    mutating func requeued() {
        messages = []
        isRequeueing = true
    }

    /// Everything that was on its way has arrived.
    mutating func requeueEnded() { isRequeueing = false }

    /// The connection is lost: the broker requeues everything.
    mutating func disconnected() {
        messages = []
        (isConsuming, isRequeueing) = (false, false)
    }

    mutating func wait(_ id: UInt64, limit: Int, caller: Waiter) {
        waiter = (id, limit, caller)
    }

    /// The caller's task was cancelled. Answers the caller, if it still waits.
    mutating func endWait(_ id: UInt64) -> Waiter? {
        guard let waiter, waiter.id == id else { return nil }
        self.waiter = nil
        return waiter.caller
    }

    /// What the waiting caller gets now: messages in their order, bounded by its limit and by
    /// `MessageLimits.batchBytesMax`, but at least one. Nil without a caller or a message.
    mutating func handOut() -> (caller: Waiter, batch: [InboundMessage])? {
        guard let waiter, !messages.isEmpty else { return nil }
        var (count, bytes) = (0, 0)
        for message in messages.prefix(max(1, waiter.limit)) {
            bytes += message.body.count
            if count > 0, bytes > MessageLimits.batchBytesMax { break }
            count += 1
        }
        let batch = Array(messages.prefix(count))
        messages.removeFirst(count)
        self.waiter = nil
        return (waiter.caller, batch)
    }
}
