internal import CRabbitMQ
internal import DequeModule
internal import JobCore
internal import Logging
internal import Messaging
internal import Threads

/// The consuming connection: one channel, a consumer for each queue subscribed to.
actor Consumer {
    private struct Inbox {
        var prefetch: Int
        var messages: Deque<InboundMessage> = []
        var waiter: (id: UInt64, limit: Int, continuation: CheckedContinuation<[InboundMessage], Never>)?
        /// True once this connection consumes the queue.
        var isConsuming = false
    }

    private let connection: BrokerConnection
    private let topology: Topology
    private var handle: AMQPHandle?
    private var pump = FrameReader(epoch: 0)
    private var ledger = AckLedger()
    private var inboxes: [WorkQueue: Inbox] = [:]
    private var lastWaiter: UInt64 = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { connection.executor.asUnownedSerialExecutor() }
    nonisolated var state: ConnectionState { connection.state }

    init(options: ConnectionOptions, topology: Topology, logger: Logger) {
        connection = BrokerConnection(options: options, role: "consume", logger: logger)
        self.topology = topology
    }

    /// Connects and consumes until the task is cancelled.
    func run() async {
        var attempt = 0
        while !Task.isCancelled {
            do {
                try open(attempt: attempt)
                while !Task.isCancelled {
                    try consumeNewSubscriptions()
                    if try drain() { attempt = 0 }
                    _ = await connection.parker.events(timeoutMilliseconds: connection.pumpIntervalMilliseconds)
                }
            } catch {
                close(because: "\(error)")
                await connection.waitAfter(error.explained, attempt: attempt)
                attempt += 1
            }
        }
        close(because: "shutting down")
    }

    /// Ends the loop's sleep, so that it sees its cancellation.
    nonisolated func interrupt() {
        connection.parker.interrupt()
        connection.parker.wake()
    }

    func subscribe(to queue: WorkQueue, prefetch: Int) {
        inboxes[queue] = Inbox(prefetch: prefetch)
        connection.parker.interrupt()
    }

    func next(from queue: WorkQueue, limit: Int) async throws -> [InboundMessage] {
        lastWaiter += 1
        let id = lastWaiter
        let batch = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<[InboundMessage], Never>) in
                if Task.isCancelled {
                    continuation.resume(returning: [])
                } else {
                    inboxes[queue]?.waiter = (id, limit, continuation)
                    hand(out: queue)
                }
            }
        } onCancel: {
            Task { await self.giveUp(id, queue) }
        }
        if batch.isEmpty { try Task.checkCancellation() }
        return batch
    }

    /// Acknowledges deliveries of the present connection; others are the broker's again already.
    func acknowledge(_ tags: [MessageTag]) {
        let current = Set(tags.lazy.filter { $0.epoch == self.pump.epoch }.map(\.number))
        guard let raw = handle?.raw else { return }
        for frame in ledger.settle(current) {
            let code = amqp_basic_ack(raw, AMQPHandle.channel, frame.tag, frame.multiple ? 1 : 0)
            // The loop's next read meets the same broken connection.
            if code != AMQP_STATUS_OK.rawValue { return connection.parker.interrupt() }
        }
    }

    /// Closes the connection: the broker takes back what is unacknowledged, and the loop connects again.
    func restart() {
        close(because: "deliveries were held for too long")
        connection.parker.interrupt()
    }

    private func open(attempt: Int) throws(AMQPFailure) {
        handle = try connection.connect(attempt: attempt)
        pump = FrameReader(epoch: pump.epoch + 1)
        ledger = AckLedger()
        connection.set(.connected)
    }

    private func consumeNewSubscriptions() throws(AMQPFailure) {
        guard let raw = handle?.raw else { return }
        for (queue, inbox) in inboxes where !inbox.isConsuming {
            amqp_basic_qos(raw, AMQPHandle.channel, 0, UInt16(clamping: inbox.prefetch), 0)
            try AMQPFailure.check("basic.qos", amqp_get_rpc_reply(raw))
            try topology.name(of: queue).withAMQPBytes { (name) throws(AMQPFailure) in
                try queue.rawValue.withAMQPBytes { (tag) throws(AMQPFailure) in
                    amqp_basic_consume(raw, AMQPHandle.channel, name, tag, 0, 0, 0, belfry_amqp_empty_table())
                    try AMQPFailure.check("consume \(topology.name(of: queue))", amqp_get_rpc_reply(raw))
                }
            }
            inboxes[queue]?.isConsuming = true
            connection.logger.info("consuming", metadata: ["queue": "\(topology.name(of: queue))"])
        }
    }

    /// Reads what is there; true when something was delivered.
    private func drain() throws(AMQPFailure) -> Bool {
        guard let raw = handle?.raw else { throw AMQPFailure("consume", "the connection was closed") }
        var touched: Set<WorkQueue> = []
        while true {
            let events = try pump.drain(raw)
            for event in events {
                switch event {
                case .delivered(let consumerTag, let message):
                    guard let queue = WorkQueue(rawValue: consumerTag) else { continue }
                    ledger.delivered(message.tag.number)
                    inboxes[queue]?.messages.append(message)
                    touched.insert(queue)
                case .oversized(let tag, let bytes):
                    // The queue's own dead-lettering parks it, whole.
                    connection.logger.error("rejected a message that is too large", metadata: ["bytes": "\(bytes)"])
                    let code = amqp_basic_reject(raw, AMQPHandle.channel, tag.number, 0)
                    guard code == AMQP_STATUS_OK.rawValue else { throw AMQPFailure("reject", status: code) }
                case .consumerCancelled(let tag):
                    throw AMQPFailure("consume \(tag)", "the queue was deleted or moved", replyCode: 404)
                case .confirmed, .returned, .blocked, .unblocked: break
                }
            }
            if events.isEmpty { break }
        }
        for queue in touched { hand(out: queue) }
        return !touched.isEmpty
    }

    private func hand(out queue: WorkQueue) {
        guard let waiter = inboxes[queue]?.waiter,
            let batch = inboxes[queue]?.messages.prefix(waiter.limit).map(\.self),
            !batch.isEmpty
        else { return }
        inboxes[queue]?.messages.removeFirst(batch.count)
        inboxes[queue]?.waiter = nil
        waiter.continuation.resume(returning: batch)
    }

    private func giveUp(_ id: UInt64, _ queue: WorkQueue) {
        guard let waiter = inboxes[queue]?.waiter, waiter.id == id else { return }
        inboxes[queue]?.waiter = nil
        waiter.continuation.resume(returning: [])
    }

    private func close(because reason: String) {
        if let raw = handle?.raw { connection.parker.forget(amqp_get_sockfd(raw)) }
        handle = nil
        connection.set(.connecting(lastFailure: reason))
        for queue in inboxes.keys {
            inboxes[queue]?.messages = []
            inboxes[queue]?.isConsuming = false
        }
    }
}

extension AMQPFailure {
    /// With the command that mends it, where there is one.
    fileprivate var explained: AMQPFailure {
        switch replyCode {
        case 404:
            AMQPFailure(operation, "\(reason); `belfry topology apply` makes what is missing", replyCode: replyCode)
        case 403: AMQPFailure(operation, "\(reason); has this stage its own broker user?", replyCode: replyCode)
        default: self
        }
    }
}
