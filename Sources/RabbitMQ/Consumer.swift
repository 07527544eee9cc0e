import DequeModule
import Logging
import Messaging
import Threads

/// The consuming connection: one channel, with a consumer for each queue that is subscribed to.
actor Consumer: ConnectionOwner {
    /// The messages of one queue that have arrived and that nobody has taken yet.
    private struct Inbox {
        var prefetch: Int
        var messages: Deque<InboundMessage> = []
        var waiter: (id: UInt64, limit: Int, continuation: CheckedContinuation<[InboundMessage], Never>)?
        /// True once the present connection has a consumer for the queue.
        var isConsuming = false
    }

    let connection: BrokerConnection
    private let topology: Topology
    private var handle: AMQPHandle?
    private var ledger = AckLedger()
    private var inboxes: [WorkQueue: Inbox] = [:]
    private var lastWaiter: UInt64 = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { connection.executor.asUnownedSerialExecutor() }

    init(options: ConnectionOptions, topology: Topology, logger: Logger) {
        connection = BrokerConnection(options: options, role: "consume", logger: logger)
        self.topology = topology
    }

    /// Starts a consumer, now or with the next connection. A queue may be subscribed to once.
    func subscribe(to queue: WorkQueue, prefetch: Int) {
        inboxes[queue] = Inbox(prefetch: prefetch)
        interrupt()
    }

    /// Waits for messages of a queue and takes at most `limit` of those that are there. Throws `CancellationError` when
    /// the task is cancelled.
    func next(from queue: WorkQueue, limit: Int) async throws -> [InboundMessage] {
        lastWaiter += 1
        let id = lastWaiter
        let batch = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<[InboundMessage], Never>) in
                if Task.isCancelled {
                    continuation.resume(returning: [])
                } else {
                    inboxes[queue]?.waiter = (id, limit, continuation)
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

    /// Acknowledges messages of the present connection. The broker has requeued those of earlier ones.
    func acknowledge(_ tags: [MessageTag]) {
        guard let epoch = handle?.epoch else { return }
        let current = Set(tags.lazy.filter { $0.epoch == epoch }.map(\.number))
        for frame in ledger.settle(current) {
            do {
                try handle?.acknowledge(frame)
            } catch {
                // The next pass meets the same broken connection and closes it.
                return interrupt()
            }
        }
    }

    /// Closes the connection, so that the broker requeues every unacknowledged message, and connects again.
    func restart() {
        close(because: "requeueing all unacknowledged messages: some were held for too long")
        interrupt()
    }

    func open(attempt: Int) throws(AMQPFailure) {
        handle = try connection.connect(attempt: attempt)
        ledger = AckLedger()
        connection.set(.connected)
    }

    /// True when a message arrived. A connection whose consumers are all refused proves nothing.
    func pass() throws(AMQPFailure) -> Bool {
        guard handle != nil else { throw AMQPFailure("consume", "the connection was closed to requeue messages") }
        try startConsumers()
        var touched: Set<WorkQueue> = []
        while let events = try handle?.readEvents(), !events.isEmpty {
            for event in events {
                if let queue = try take(event) { touched.insert(queue) }
            }
        }
        for queue in touched { handOut(queue) }
        return !touched.isEmpty
    }

    func close(because reason: String) {
        connection.disconnect(&handle, because: reason)
        for queue in inboxes.keys {
            inboxes[queue]?.messages = []
            inboxes[queue]?.isConsuming = false
        }
    }

    private func startConsumers() throws(AMQPFailure) {
        for (queue, inbox) in inboxes where !inbox.isConsuming {
            let name = topology.name(of: queue)
            try handle?.consume(name, consumerTag: queue.rawValue, prefetch: inbox.prefetch)
            inboxes[queue]?.isConsuming = true
            connection.logger.info("consuming", metadata: ["queue": "\(name)", "prefetch": "\(inbox.prefetch)"])
        }
    }

    /// Answers the queue whose inbox got a message.
    private func take(_ event: BrokerEvent) throws(AMQPFailure) -> WorkQueue? {
        switch event {
        case .delivered(let consumerTag, let message):
            guard let queue = WorkQueue(rawValue: consumerTag) else { return nil }
            ledger.delivered(message.tag.number)
            inboxes[queue]?.messages.append(message)
            return queue
        case .oversized(let tag, let bytes):
            // The queue's own dead-lettering keeps the whole message.
            connection.logger.error(
                "poison message rejected: too large",
                metadata: ["bytes": "\(bytes)", "bytes_max": "\(MessageLimits.readBodyBytesMax)"])
            try handle?.reject(tag.number)
        case .consumerCancelled(let tag):
            throw AMQPFailure("consume from \(tag)", "the queue was deleted or has no leader", replyCode: 404)
        case .confirmed, .returned, .blocked, .unblocked: break
        }
        return nil
    }

    private func handOut(_ queue: WorkQueue) {
        guard let waiter = inboxes[queue]?.waiter,
            let batch = inboxes[queue]?.messages.prefix(waiter.limit).map(\.self),
            !batch.isEmpty
        else { return }
        inboxes[queue]?.messages.removeFirst(batch.count)
        inboxes[queue]?.waiter = nil
        waiter.continuation.resume(returning: batch)
    }

    private func endWait(_ id: UInt64, _ queue: WorkQueue) {
        guard let waiter = inboxes[queue]?.waiter, waiter.id == id else { return }
        inboxes[queue]?.waiter = nil
        waiter.continuation.resume(returning: [])
    }
}
