import CoreMetrics
import Logging
import Messaging
import Synchronization
import Threads

/// A publishing connection: messages are pipelined and persistent, and a batch waits for all of its confirms.
actor Publisher: ConnectionOwner {
    /// How a batch has failed.
    struct Failure {
        var error: PublishError
        /// Why the broker has closed the channel, if it has, and only the channel.
        var refusal: AMQPFailure?
        /// Whether the refusal can only be about this batch: no other message was on its way.
        var isSole = false
    }

    private typealias Caller = CheckedContinuation<Failure?, Never>

    /// A quorum queue without its majority sends neither an ack nor a nack.
    private let confirmTimeout: Duration
    /// How often waits are looked at that may have to end without the broker.
    private static let lookInterval: Duration = .milliseconds(200)
    /// The most messages that are sent and not confirmed. More would wait in the broker's memory rather than here.
    private static let unconfirmedMax = 2_000
    /// What is sent before the confirms are read again.
    private static let pieceCountMax = 500
    private static let pieceBytesMax = 1_048_576

    let connection: BrokerConnection
    /// Whether the channel is opened again, at once and on the same connection, after the broker has closed it because
    /// of a message. A stage closes the connection: what was refused there is an operator's mistake.
    private let reopensChannel: Bool
    /// Whether there is never more than one message on its way. One whose caller waits no more stays behind, with its
    /// channel, so that nothing of it is about the next one.
    private let isOneAtATime: Bool
    /// Whether a connection is given up on which messages are refused for long.
    private let endsRefusals: Bool
    /// Is told how many messages were lost that nobody waited for.
    private nonisolated let onLost: @Sendable (Int) -> Void
    /// Shared with the callers, who must not wait for this actor's thread.
    private nonisolated let queue: Mutex<PublishQueue<Caller>>
    private nonisolated let awaited: AsyncStream<Void>
    private nonisolated let awaiting: AsyncStream<Void>.Continuation
    private var handle: AMQPHandle?
    private var tracker = ConfirmTracker()
    /// The batch that is being sent, and the number of its messages that were sent.
    private var sending: (batch: PublishQueue<Caller>.Batch, count: Int)?
    private var hasConfirmed = false
    private var lastReadAt = ContinuousClock.now
    private var nackLog = RepeatedWarning()
    private var refusalPatience = RefusalPatience()
    private var silenceLog = RepeatedWarning()

    nonisolated var unownedExecutor: UnownedSerialExecutor { connection.executor.asUnownedSerialExecutor() }

    /// `role` names the connection: `publish`, `events`, `service` or `trial`.
    init(
        options: ConnectionOptions, role: String = "publish", confirmTimeout: Duration = .seconds(20),
        reopensChannel: Bool = false, isOneAtATime: Bool = false, endsRefusals: Bool = false,
        logger: Logger, onLost: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        connection = BrokerConnection(options: options, role: role, logger: logger)
        self.confirmTimeout = confirmTimeout
        self.reopensChannel = reopensChannel
        self.isOneAtATime = isOneAtATime
        self.endsRefusals = endsRefusals
        self.onLost = onLost
        queue = Mutex(PublishQueue(forgetsLate: isOneAtATime))
        (awaited, awaiting) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Why a publish would be refused now; nil when it would be sent.
    nonisolated var fault: String? { queue.withLock { $0.fault(at: .now) } }

    /// Whether no message waits for its confirm.
    nonisolated var isAllConfirmed: Bool { queue.withLock(\.isAllConfirmed) }

    /// Publishes a batch and waits for its confirms, with a `limit` for at most about that long. Throws as
    /// `MessageBroker.publish` does, and `unavailable` when the limit has passed: the batch may arrive all the same.
    nonisolated func publish(
        _ messages: [AMQPMessage], within limit: Duration? = nil
    ) async throws(PublishError) {
        guard !messages.isEmpty else { return }
        if let failure = await failure(ofPublishing: messages, within: limit) { throw failure.error }
    }

    /// As `publish`, for a caller that wants to know more of a failure. Nil when every message is confirmed.
    nonisolated func failure(ofPublishing messages: [AMQPMessage], within limit: Duration?) async -> Failure? {
        await withCheckedContinuation { (caller: Caller) in
            let now = ContinuousClock.now
            let deadline = limit.map { now + $0 }
            let refusal = queue.withLock { $0.add(messages, caller: caller, deadline: deadline, at: now) }
            if let refusal { return caller.resume(returning: Failure(error: refusal)) }
            interrupt()
            awaiting.yield()
        }
    }

    /// Publishes a batch without waiting for its confirms: `onLost` is told if it is lost. Throws as `publish`.
    nonisolated func send(_ messages: [AMQPMessage]) throws(PublishError) {
        let refusal = queue.withLock { $0.add(messages, caller: nil, at: .now) }
        if let refusal { throw refusal }
        interrupt()
    }

    /// Ends the waits of callers whom the broker does not answer, until the task is cancelled. It runs beside `run`
    /// and not in it: the connection's thread may hang in a write or in a try to connect.
    nonisolated func endOverdueWaits() async {
        for await _ in awaited {
            while queue.withLock({ $0.isAwaited }) {
                guard (try? await Task.sleep(for: Self.lookInterval)) != nil else { return }
                end("no confirm from the broker") { $0.overdue(at: .now) }
                // The pass gives a connection up whose confirms don't come.
                if reopensChannel { interrupt() }
            }
        }
    }

    func open(attempt: Int) throws(AMQPFailure) {
        handle = try connection.connect(attempt: attempt)
        try handle?.selectConfirms()
        queue.withLock { $0.opened() }
        connection.set(.connected)
    }

    func pass() throws(AMQPFailure) -> Bool {
        hasConfirmed = false
        do {
            try readAll()
            try leaveSilentChannel()
            try sendPiece()
            try endOverdueConfirms()
        } catch {
            guard reopensChannel, error.endsChannelOnly else { throw error }
            try reopenChannel(after: error)
        }
        return hasConfirmed
    }

    func finish() { handle?.closeInOrder() }

    func close(because reason: String) {
        connection.disconnect(&handle, because: reason)
        tracker = ConfirmTracker()
        sending = nil
        end(reason) { $0.closed(because: reason) }
    }

    private func reopenChannel(after refusal: AMQPFailure) throws(AMQPFailure) {
        // A batch may have begun that is not sent yet.
        let isSole = tracker.unconfirmedCount == 1 && tracker.batchCount == 1
        tracker = ConfirmTracker()
        sending = nil
        let callers = queue.withLock { $0.channelClosed(at: .now) }
        for caller in callers {
            caller.resume(
                returning: Failure(error: .unavailable(refusal.reason), refusal: refusal, isSole: isSole))
        }
        try handle?.reopenChannel()
        try handle?.selectConfirms()
        interrupt()
    }

    /// Opens another channel for the next message if the one before has got no answer.
    private func leaveSilentChannel() throws(AMQPFailure) {
        guard maySend, queue.withLock(\.needsChannel) else { return }
        if let count = silenceLog.count(at: .now) {
            connection.logger.warning(
                "a destination confirms nothing, its channel is left: check that every quorum queue has its majority",
                metadata: ["since_last_line": "\(count)"])
        }
        tracker = ConfirmTracker()
        sending = nil
        try handle?.replaceChannel()
        try handle?.selectConfirms()
        queue.withLock { $0.channelLeft() }
    }

    private nonisolated func end(_ reason: String, _ change: (inout PublishQueue<Caller>) -> [Caller]) {
        let (callers, fault, lostCount) = queue.withLock { queue in
            (change(&queue), queue.fault(at: .now), queue.takeLostCount())
        }
        if lostCount > 0 { onLost(lostCount) }
        for caller in callers { caller.resume(returning: Failure(error: .unavailable(fault ?? reason))) }
    }

    /// Sends the next messages, as many as may be unconfirmed. The rest follow when their confirms have been read.
    private func sendPiece() throws(AMQPFailure) {
        guard maySend else { return }
        var (count, bytes) = (0, 0)
        while count < Self.pieceCountMax, bytes < Self.pieceBytesMax, let message = nextMessage() {
            try send(message)
            tracker.sent(at: .now)
            count += 1
            bytes += message.body.count
        }
        guard count > 0 else { return }
        try handle?.flush()
        let mayBeMore = count == Self.pieceCountMax || bytes >= Self.pieceBytesMax
        // librabbitmq may have read frames while it wrote.
        if mayBeMore || handle?.hasBufferedFrames == true { interrupt() }
    }

    /// False while the broker reads nothing or confirms nothing: a write to a full socket would hold up the thread.
    private var maySend: Bool {
        guard connection.state == .connected, tracker.unconfirmedCount < Self.unconfirmedMax else { return false }
        return tracker.unconfirmedCount == 0 || fault == nil
    }

    private func nextMessage() -> AMQPMessage? {
        if sending.map({ $0.count == $0.batch.messages.count }) ?? true {
            sending = queue.withLock { $0.next() }.map { ($0, 0) }
            if let batch = sending?.batch {
                let destinations = batch.messages.lazy.filter(\.isMandatory).map {
                    ConfirmTracker.Destination(exchange: $0.exchange, routingKey: $0.routingKey)
                }
                tracker.begin(batch.id, count: batch.messages.count, destinations: Set(destinations), at: .now)
            }
        }
        guard let current = sending else { return nil }
        sending?.count += 1
        return current.batch.messages[current.count]
    }

    private func send(_ message: AMQPMessage) throws(AMQPFailure) {
        // librabbitmq 0.11 waits for ever inside a publish once the broker has been silent past its heartbeat
        // (rabbitmq-c issue 780). A read just before notices the silence and throws. It also takes the confirms of a
        // long batch.
        if ContinuousClock.now - lastReadAt > .milliseconds(1) { try readAll() }
        guard handle != nil else { throw Self.noConnection }
        try handle?.enqueue(message)
    }

    private func readAll() throws(AMQPFailure) {
        guard handle != nil else { throw Self.noConnection }
        repeat { lastReadAt = .now } while try takeEvents()
    }

    /// False when nothing has arrived.
    private func takeEvents() throws(AMQPFailure) -> Bool {
        guard let events = try handle?.readEvents() else { return false }
        for event in events { try take(event) }
        return !events.isEmpty
    }

    private func take(_ event: BrokerEvent) throws(AMQPFailure) {
        switch event {
        case .confirmed(let tag, let multiple, let isAccepted):
            hasConfirmed = true
            finish(tracker.confirmed(tag: tag, multiple: multiple, isAccepted: isAccepted, at: .now))
            if !isAccepted { try refused() }
        case .returned(let exchange, let routingKey):
            tracker.returned(ConfirmTracker.Destination(exchange: exchange, routingKey: routingKey))
        case .blocked(let reason):
            connection.logger.warning(
                "blocked by the broker (memory or disk alarm)", metadata: ["reason": "\(reason)"])
            connection.set(.blocked(reason: reason))
            end(reason) { $0.blocked(because: reason) }
        case .unblocked:
            connection.logger.info("unblocked by the broker")
            tracker.restartWaits(at: .now)
            queue.withLock { $0.unblocked(at: .now) }
            connection.set(.connected)
        case .delivered, .oversized, .consumerCancelled, .barrier: break
        }
    }

    private func endOverdueConfirms() throws(AMQPFailure) {
        guard !isOneAtATime, case .connected = connection.state else { return }
        if let oldest = tracker.oldestProgressAt, ContinuousClock.now - oldest > confirmTimeout {
            throw AMQPFailure(
                "publish", "no confirm within \(confirmTimeout); check that every quorum queue has its majority")
        }
    }

    private func finish(_ finished: [ConfirmTracker.Finished]) {
        let (callers, lostCount) = queue.withLock { queue in
            queue.progressed(at: .now)
            let callers = finished.map { ($0, queue.finished($0.batch, isAccepted: $0.failure == nil)) }
            return (callers, queue.takeLostCount())
        }
        if lostCount > 0 { onLost(lostCount) }
        for (item, caller) in callers { caller?.resume(returning: item.failure.map { Failure(error: $0) }) }
    }

    /// A full queue refuses every message, so the log gets a line a minute.
    private func refused() throws(AMQPFailure) {
        connection.nacks.increment()
        if let count = nackLog.count(at: .now) {
            connection.logger.warning(
                "nack from the broker: a queue is full or has an error", metadata: ["since_last_line": "\(count)"])
        }
        guard endsRefusals, refusalPatience.refused(at: .now) else { return }
        throw AMQPFailure("publish", "messages are refused for long: a new connection may find a queue's new leader")
    }

    private static let noConnection = AMQPFailure("publish", "the connection was lost")
}
