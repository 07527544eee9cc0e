import DequeModule
import JSON
import Logging
import Messaging
import Threads

/// The consuming connection: one channel, with a consumer for each queue that is subscribed to.
actor Consumer: ConnectionOwner {
    private typealias Caller = CheckedContinuation<[InboundMessage], Never>

    /// How long an ack may wait for those of earlier messages, with which it is one frame.
    private static let ackWait: Duration = .milliseconds(20)

    let connection: BrokerConnection
    /// The queue that this consumer declares itself, until the broker refuses that: then the queue exists, or an
    /// operator has to make it.
    private var declared: String?
    /// What the consumed queue is bound to, once it is declared.
    private let bindings: [ServiceQueue.Binding]
    /// How many messages the declared queue takes; nil for no limit.
    private let messagesMax: Int64?
    private let keepsProperties: Bool
    /// A message whose body is too large is handed out without it, rather than rejected.
    private let deliversOversized: Bool
    /// Where the present or the next connection begins to read the stream; nil for other queues.
    private var streamStart: StreamOffset?
    private var handle: AMQPHandle?
    private var ledger = AckLedger()
    /// When the acks that are held back are sent. Nil while there are none.
    private var acksDueAt: ContinuousClock.Instant?
    /// By the name of the queue, which also is the consumer tag.
    private var inboxes: [String: Inbox<Caller>] = [:]
    /// The queues that were requeued, in the order of the barriers that the broker has not answered yet.
    private var barriers: Deque<String> = []
    private var lastWaiter: UInt64 = 0
    /// Not reading while the unacknowledged messages are too large together. The broker then finds the socket full.
    private var isReading = true
    private var heartbeatAt = ContinuousClock.now
    /// A write failed: the next pass closes the connection.
    private var failure: AMQPFailure?

    nonisolated var unownedExecutor: UnownedSerialExecutor { connection.executor.asUnownedSerialExecutor() }

    init(options: ConnectionOptions, logger: Logger) {
        connection = BrokerConnection(options: options, role: "consume", logger: logger)
        (keepsProperties, deliversOversized) = (false, false)
        bindings = []
        messagesMax = nil
    }

    /// Consumes one queue, with all properties of its messages. With `declares` it is declared as a durable quorum
    /// queue, and bound. With `deliversOversized` a message that is too large is handed out without its body.
    init(
        options: ConnectionOptions, queue: String, declares: Bool, bindings: [ServiceQueue.Binding] = [],
        messagesMax: Int64? = nil, deliversOversized: Bool = false, prefetch: Int, logger: Logger
    ) {
        connection = BrokerConnection(options: options, role: "consume", logger: logger)
        keepsProperties = true
        self.deliversOversized = deliversOversized
        self.bindings = bindings
        self.messagesMax = messagesMax
        declared = declares ? queue : nil
        inboxes[queue] = Inbox(prefetch: prefetch)
    }

    /// Reads a stream, with all properties of its messages. A new connection goes on behind the last message that was
    /// handed out.
    init(options: ConnectionOptions, stream: String, from start: StreamOffset, prefetch: Int, logger: Logger) {
        connection = BrokerConnection(options: options, role: "consume", logger: logger)
        (keepsProperties, deliversOversized) = (true, true)
        bindings = []
        messagesMax = nil
        streamStart = start
        inboxes[stream] = Inbox(prefetch: prefetch)
    }

    /// Starts a consumer, now or with the next connection. A queue may be subscribed to once.
    func subscribe(to queue: String, prefetch: Int) {
        inboxes[queue] = Inbox(prefetch: prefetch)
        interrupt()
    }

    /// Waits for messages of a queue and takes at most `limit` of those that are there. Throws `CancellationError` when
    /// the task is cancelled.
    func next(from queue: String, limit: Int) async throws -> [InboundMessage] {
        lastWaiter += 1
        let id = lastWaiter
        let batch = await withTaskCancellationHandler {
            await withCheckedContinuation { (caller: Caller) in
                if Task.isCancelled {
                    caller.resume(returning: [])
                } else {
                    inboxes[queue]?.wait(id, limit: limit, caller: caller)
                    handOut(queue)
                }
            }
        } onCancel: {
            // A cancellation handler can't wait for the actor. The task has nothing left to do but this.
            Task { await self.endWait(id, queue) }
        }
        if batch.isEmpty { try Task.checkCancellation() }
        return batch
    }

    /// Acknowledges messages of the present connection, at once or a little later. The broker has requeued those of
    /// earlier ones.
    func acknowledge(_ tags: [MessageTag]) {
        guard let epoch = handle?.epoch else { return }
        if let frame = ledger.settle(tags.lazy.filter { $0.epoch == epoch }.map(\.number)) {
            write { () throws(AMQPFailure) in try handle?.acknowledge(frame) }
        }
        let mustWake = ledger.isHolding && acksDueAt == nil
        acksDueAt = ledger.isHolding ? acksDueAt ?? .now + Self.ackWait : nil
        if mustWake || (!isReading && ledger.bytes < MessageLimits.unackedBytesMax) { interrupt() }
    }

    /// Sends the acks that are held back.
    private func sendHeldAcks() throws(AMQPFailure) {
        acksDueAt = nil
        let frames = ledger.flush()
        if frames.count > 1 { handle?.cork(true) }
        for frame in frames { try handle?.acknowledge(frame) }
        if frames.count > 1 { handle?.cork(false) }
    }

    var sleepMilliseconds: CInt {
        // The acks are due within `ackWait`.
        let wait = acksDueAt.map { CInt(max(0, ($0 - .now) / .milliseconds(1)).rounded(.up)) }
        return min(wait ?? .max, connection.passIntervalMilliseconds)
    }

    /// Makes the broker requeue every unacknowledged message of a queue.
    ///
    /// The only queue of a connection is requeued with the connection: another process may get its messages, which a
    /// ticker relies on. The messages of one queue among several come back to this consumer, in their order, though a
    /// busy broker may deliver new ones between them; a new connection would count a return for the other queues'
    /// messages, too.
    func restart(_ queue: String) {
        let reason = "requeueing all unacknowledged messages of a queue"
        guard inboxes.count > 1 else {
            write { () throws(AMQPFailure) in try sendHeldAcks() }
            close(because: reason)
            return interrupt()
        }
        connection.logger.warning("\(reason)", metadata: ["queue": "\(queue)"])
        inboxes[queue]?.requeued()
        barriers.append(queue)
        let tags = ledger.release(queue)
        write { () throws(AMQPFailure) in
            for tag in tags { try handle?.requeue(tag) }
            try handle?.requestBarrier()
        }
        interrupt()
    }

    func open(attempt: Int) throws(AMQPFailure) {
        handle = try connection.connect(attempt: attempt)
        (ledger, acksDueAt, barriers, failure) = (AckLedger(), nil, [], nil)
        (isReading, heartbeatAt) = (true, .now)
        handle?.reader.keepsProperties = keepsProperties
        handle?.reader.deliversOversized = deliversOversized
        try declare()
        try bind()
        connection.set(.connected)
    }

    /// True when a message arrived. A connection whose consumers are all refused proves nothing.
    func pass() throws(AMQPFailure) -> Bool {
        guard handle != nil else { throw AMQPFailure("consume", "the connection was closed to requeue messages") }
        if let failure { throw failure }
        try startConsumers()
        var touched: Set<String> = []
        while try mayRead(), let events = try handle?.readEvents(), !events.isEmpty {
            for event in events {
                if let queue = try take(event) { touched.insert(queue) }
            }
        }
        for queue in touched { handOut(queue) }
        if let acksDueAt, acksDueAt <= .now { try sendHeldAcks() }
        return !touched.isEmpty
    }

    func finish() {
        write { () throws(AMQPFailure) in try sendHeldAcks() }
        handle?.closeInOrder()
    }

    func close(because reason: String) {
        connection.disconnect(&handle, because: reason)
        for queue in inboxes.keys { inboxes[queue]?.disconnected() }
    }

    /// Whether there is room for more messages. If not, the socket isn't watched, and as librabbitmq does nothing for
    /// a connection that isn't read, this sends the heartbeats.
    private func mayRead() throws(AMQPFailure) -> Bool {
        guard let descriptor = handle?.descriptor else { return false }
        let hasRoom = ledger.bytes < MessageLimits.unackedBytesMax
        // A connection that is lost has to be read to learn why.
        let reads = hasRoom || handle?.hasHungUp == true
        if reads != isReading { connection.parker.watch(descriptor, readable: reads, writable: false) }
        isReading = reads
        guard !reads else { return true }
        if ContinuousClock.now - heartbeatAt > .seconds(connection.options.heartbeatSeconds) / 3 {
            heartbeatAt = .now
            try handle?.sendHeartbeat()
        }
        return false
    }

    private func declare() throws(AMQPFailure) {
        guard let queue = declared else { return }
        do {
            // The limit rids the queue of a message that ends the connection each time.
            var arguments: [String: JSONValue] = ["x-queue-type": .string("quorum"), "x-delivery-limit": .integer(20)]
            if let messagesMax {
                arguments["x-max-length"] = .integer(messagesMax)
                arguments["x-overflow"] = .string("reject-publish")
            }
            try handle?.declareQueue(queue, arguments: arguments, passively: false)
        } catch {
            if error.isRefusal { declared = nil }
            throw error
        }
    }

    private func bind() throws(AMQPFailure) {
        for queue in inboxes.keys {
            for binding in bindings {
                try handle?.bind(queue, to: binding.exchange, routingKey: binding.routingKey)
            }
        }
    }

    private func startConsumers() throws(AMQPFailure) {
        for (queue, inbox) in inboxes where !inbox.isConsuming {
            try handle?.consume(
                queue, consumerTag: queue, prefetch: inbox.prefetch, arguments: streamStart?.arguments ?? [:])
            inboxes[queue]?.isConsuming = true
            connection.logger.info("consuming", metadata: ["queue": "\(queue)", "prefetch": "\(inbox.prefetch)"])
        }
    }

    /// Answers the queue whose inbox got a message.
    private func take(_ event: BrokerEvent) throws(AMQPFailure) -> String? {
        switch event {
        case .delivered(let queue, let message):
            guard inboxes[queue]?.receive(message) == true else {
                try handle?.requeue(message.tag.number)
                return nil
            }
            ledger.delivered(message.tag.number, from: queue, bytes: message.body.count)
            return queue
        case .oversized(let message, let bytes):
            // The queue's own dead-lettering keeps the whole message.
            connection.logger.error(
                "poison message rejected: too large",
                metadata: ["bytes": "\(bytes)", "bytes_max": "\(MessageLimits.readBodyBytesMax)"])
            try handle?.reject(message.tag.number)
        case .consumerCancelled(let tag):
            throw AMQPFailure("consume from \(tag)", "the queue was deleted or has no leader", replyCode: 404)
        case .barrier:
            if let queue = barriers.popFirst() { inboxes[queue]?.requeueEnded() }
        case .confirmed, .returned, .blocked, .unblocked: break
        }
        return nil
    }

    private func write(_ frames: () throws(AMQPFailure) -> Void) {
        guard failure == nil else { return }
        do {
            try frames()
        } catch {
            failure = error
            interrupt()
        }
    }

    private func handOut(_ queue: String) {
        guard let (caller, batch) = inboxes[queue]?.handOut() else { return }
        if streamStart != nil, let last = batch.last?.streamOffset { streamStart = .offset(last + 1) }
        caller.resume(returning: batch)
    }

    private func endWait(_ id: UInt64, _ queue: String) {
        inboxes[queue]?.endWait(id)?.resume(returning: [])
    }
}
