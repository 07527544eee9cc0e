import DequeModule
import Messaging

/// The batches of a publishing connection, from the call to the last confirm, with the callers that wait for them.
///
/// Pure: no connection, no clock of its own; a caller may be anything. Callers and the connection's thread share it
/// behind a lock. The thread may hang in a call of librabbitmq (a broker that accepts connections and says nothing, a
/// full socket), so whether a broker answers, and how long a caller waits, is decided here and not on that thread.
struct PublishQueue<Caller> {
    /// Messages that are published and confirmed together.
    struct Batch {
        var id: UInt64
        var messages: [AMQPMessage]
        /// Those of the bodies.
        var bytes: Int
    }

    private struct Entry {
        var caller: Caller
        var deadline: ContinuousClock.Instant?
    }

    /// A broker that confirms nothing for this long, though it has something to confirm, is taken for unavailable. A
    /// slow disk may need the more the larger the messages are: each 2 MiB that are unconfirmed add a second.
    private var silenceMax: Duration {
        .seconds(2) + .milliseconds(unconfirmed.values.reduce(0, +) / 2_097)
    }

    /// The most bytes that wait to be sent. A batch is taken all the same if no other waits.
    static var unsentBytesMax: Int { 16 * 1_024 * 1_024 }

    private var state = ConnectionState.connecting(lastFailure: nil)
    private var lastID: UInt64 = 0
    private var unsent: Deque<Batch> = []
    private var unsentBytes = 0
    /// By batch. A batch whose caller waits no more stays in `unconfirmed`.
    private var callers: [UInt64: Entry] = [:]
    /// The bytes of each batch that is neither confirmed nor given up.
    private var unconfirmed: [UInt64: Int] = [:]
    /// The messages of each batch in `unconfirmed` that nobody has waited for from the beginning.
    private var unawaitedCounts: [UInt64: Int] = [:]
    /// The messages that nobody waited for, and that were refused or forgotten since they were last taken.
    private var lostCount = 0
    /// When the broker last confirmed anything, or had nothing to confirm.
    private var progressAt = ContinuousClock.now

    /// Whether a batch is given up with its caller's wait. Its silence is then its own, and says nothing of the broker.
    private let forgetsLate: Bool
    /// With `forgetsLate`, the batch on the channel: until it is answered, or its channel is left, no other is taken.
    private var batchOnChannel: UInt64?

    init(forgetsLate: Bool = false) {
        self.forgetsLate = forgetsLate
    }

    /// Whether a batch waits for another channel than that of the batch before.
    var needsChannel: Bool { batchOnChannel != nil && !unsent.isEmpty }

    /// Whether no batch waits for its confirms.
    var isAllConfirmed: Bool { unconfirmed.isEmpty }

    /// Whether a caller waits for a confirm.
    var isAwaited: Bool { !callers.isEmpty }

    /// Why a batch would be refused now; nil when it would be taken.
    func fault(at now: ContinuousClock.Instant) -> String? {
        if let fault = state.fault { return fault }
        guard !forgetsLate, !unconfirmed.isEmpty, now - progressAt > silenceMax else { return nil }
        return "the broker has confirmed nothing for \((now - progressAt).components.seconds) s"
    }

    /// Adds a batch, and answers nil; or refuses it and answers why. Without a caller nobody waits for its confirms;
    /// with a `deadline` its caller waits no longer than that.
    mutating func add(
        _ messages: [AMQPMessage], caller: Caller?, deadline: ContinuousClock.Instant? = nil,
        at now: ContinuousClock.Instant
    ) -> PublishError? {
        if let fault = fault(at: now) { return .unavailable(fault) }
        let bytes = messages.reduce(0) { $0 + $1.body.count }
        guard unsent.isEmpty || unsentBytes + bytes <= Self.unsentBytesMax else {
            return .unavailable("\(unsentBytes) bytes wait to be sent")
        }
        unsentBytes += bytes
        lastID += 1
        if unconfirmed.isEmpty { progressAt = now }
        unconfirmed[lastID] = bytes
        if let caller {
            callers[lastID] = Entry(caller: caller, deadline: deadline)
        } else {
            unawaitedCounts[lastID] = messages.count
        }
        unsent.append(Batch(id: lastID, messages: messages, bytes: bytes))
        return nil
    }

    /// The next batch to send. Nil, too, while the channel is another batch's.
    mutating func next() -> Batch? {
        guard batchOnChannel == nil, let batch = unsent.popFirst() else { return nil }
        if forgetsLate { batchOnChannel = batch.id }
        unsentBytes -= batch.bytes
        return batch
    }

    /// The broker has confirmed something.
    mutating func progressed(at now: ContinuousClock.Instant) { progressAt = now }

    /// The last confirm of a batch has arrived. Answers its caller, if it still waits.
    mutating func finished(_ id: UInt64, isAccepted: Bool = true) -> Caller? {
        if isAccepted { unawaitedCounts[id] = nil }
        giveUp([id])
        if batchOnChannel == id { batchOnChannel = nil }
        return callers.removeValue(forKey: id)?.caller
    }

    /// The channel is left to the batch that it is stuck with. There is another one.
    mutating func channelLeft() { batchOnChannel = nil }

    /// The connection is open.
    mutating func opened() { state = .connected }

    /// The connection is lost, and every batch with it. Answers the callers, who publish again.
    mutating func closed(because reason: String) -> [Caller] {
        state = .connecting(lastFailure: reason)
        forgetUnsent()
        batchOnChannel = nil
        giveUp(Array(unconfirmed.keys))
        return endAllWaits()
    }

    /// The broker has closed the channel, and what was sent on it is lost; the connection goes on. Answers the callers
    /// of what was sent.
    mutating func channelClosed(at now: ContinuousClock.Instant) -> [Caller] {
        batchOnChannel = nil
        let waiting = Set(unsent.map(\.id))
        let sent = callers.filter { !waiting.contains($0.key) }
        callers = callers.filter { waiting.contains($0.key) }
        giveUp(unconfirmed.keys.filter { !waiting.contains($0) })
        progressAt = now
        return sent.values.map(\.caller)
    }

    /// The broker blocks the connection. Answers the callers: an alarm may last for hours, and what was sent is
    /// confirmed only after it.
    mutating func blocked(because reason: String) -> [Caller] {
        state = .blocked(reason: reason)
        forgetUnsent()
        return endAllWaits()
    }

    /// The alarm is over.
    mutating func unblocked(at now: ContinuousClock.Instant) {
        state = .connected
        progressAt = now
    }

    /// Answers the callers that have waited for too long: all of them if the broker has fallen silent, otherwise those
    /// whose deadline has passed.
    mutating func overdue(at now: ContinuousClock.Instant) -> [Caller] {
        guard fault(at: now) == nil else {
            forgetUnsent()
            return endAllWaits()
        }
        let late = callers.filter { $0.value.deadline.map { $0 <= now } ?? false }
        for id in late.keys { callers[id] = nil }
        if forgetsLate {
            giveUp(Array(late.keys))
            unsentBytes -= unsent.lazy.filter { late.keys.contains($0.id) }.reduce(0) { $0 + $1.bytes }
            unsent.removeAll { late.keys.contains($0.id) }
        }
        return late.map(\.value.caller)
    }

    /// Answers how many messages were lost that nobody waited for, and begins at zero again.
    mutating func takeLostCount() -> Int {
        defer { lostCount = 0 }
        return lostCount
    }

    /// No confirm is expected of these any more. Those that nobody waited for are lost.
    private mutating func giveUp(_ ids: [UInt64]) {
        for id in ids {
            unconfirmed[id] = nil
            lostCount += unawaitedCounts.removeValue(forKey: id) ?? 0
        }
    }

    /// Their callers publish these again.
    private mutating func forgetUnsent() {
        giveUp(unsent.map(\.id))
        unsent = []
        unsentBytes = 0
    }

    private mutating func endAllWaits() -> [Caller] {
        defer { callers = [:] }
        return callers.values.map(\.caller)
    }
}
