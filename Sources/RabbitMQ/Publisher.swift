import Logging
import Messaging
import Threads

/// The publishing connection: messages are pipelined and persistent, and a batch waits for all of its confirms.
actor Publisher: ConnectionOwner {
    /// A quorum queue without its majority sends neither an ack nor a nack.
    private static let confirmTimeout: Duration = .seconds(20)
    /// The wait for the confirm of an event is shorter: it is a subscriber's queue that does not answer.
    private static let optionalConfirmTimeout: Duration = .seconds(2)

    let connection: BrokerConnection
    private let topology: Topology
    private var handle: AMQPHandle?
    private var tracker = ConfirmTracker()
    private var waiting: [UInt64: CheckedContinuation<PublishError?, Never>] = [:]
    /// Batches whose last confirm arrived before their caller began to wait.
    private var finishedEarly: [UInt64: PublishError?] = [:]
    private var lastReadAt = ContinuousClock.now

    nonisolated var unownedExecutor: UnownedSerialExecutor { connection.executor.asUnownedSerialExecutor() }

    init(options: ConnectionOptions, topology: Topology, logger: Logger) {
        connection = BrokerConnection(options: options, role: "publish", logger: logger)
        self.topology = topology
    }

    /// Publishes a batch and waits for its confirms. Throws as `MessageBroker.publish` does.
    func publish(_ messages: [OutboundMessage]) async throws(PublishError) {
        guard !messages.isEmpty else { return }
        if let fault = messages.lazy.compactMap(\.fault).first { throw .unsendable(fault) }
        if let fault = connection.state.fault { throw .unavailable(fault) }
        let destinations = Set(
            messages.filter(\.isMandatory).map {
                ConfirmTracker.Destination(exchange: topology.name(of: $0.exchange), routingKey: $0.routingKey)
            })
        let batch = tracker.begin(isMandatory: messages.map(\.isMandatory), destinations: destinations, at: .now)
        do {
            handle?.cork(messages.count > 1)
            for message in messages { try send(message) }
            handle?.cork(false)
        } catch {
            // This batch fails with all others that wait. The next pass finds no connection and reconnects.
            close(because: "\(error)")
            interrupt()
            throw .unavailable("\(error)")
        }
        // librabbitmq may have read frames while it wrote.
        if handle?.hasBufferedFrames == true { interrupt() }
        if let failure = await failure(of: batch) { throw failure }
    }

    func open(attempt: Int) throws(AMQPFailure) {
        handle = try connection.connect(attempt: attempt)
        try handle?.selectConfirms()
        connection.set(.connected)
    }

    func pass() throws(AMQPFailure) -> Bool {
        try readAll()
        try endOverdueWaits()
        return true
    }

    func close(because reason: String) {
        connection.disconnect(&handle, because: reason)
        tracker = ConfirmTracker(after: tracker)
        let failed = waiting
        waiting = [:]
        for continuation in failed.values { continuation.resume(returning: .unavailable(reason)) }
        finishedEarly = [:]
    }

    /// Waits for the last confirm of a batch. Nil means that the broker has taken every message.
    private func failure(of batch: UInt64) async -> PublishError? {
        if let failure = finishedEarly.removeValue(forKey: batch) { return failure }
        return await withCheckedContinuation { waiting[batch] = $0 }
    }

    private func send(_ message: OutboundMessage) throws(AMQPFailure) {
        // librabbitmq 0.11 waits for ever inside a publish once the broker has been silent past its heartbeat
        // (rabbitmq-c issue 780). A read just before notices the silence and throws. It also takes the confirms of a
        // long batch.
        if ContinuousClock.now - lastReadAt > .milliseconds(1) { try readAll() }
        guard handle != nil else { throw Self.noConnection }
        try handle?.publish(message, to: topology.name(of: message.exchange))
    }

    private func readAll() throws(AMQPFailure) {
        guard handle != nil else { throw Self.noConnection }
        repeat { lastReadAt = .now } while try takeEvents()
    }

    /// False when nothing has arrived.
    private func takeEvents() throws(AMQPFailure) -> Bool {
        guard let events = try handle?.readEvents() else { return false }
        for event in events { take(event) }
        return !events.isEmpty
    }

    private func take(_ event: BrokerEvent) {
        switch event {
        case .confirmed(let tag, let multiple, let isAccepted):
            if !isAccepted {
                connection.logger.warning(
                    "nack from the broker: a queue is full or has an error", metadata: ["tag": "\(tag)"])
            }
            finish(tracker.confirmed(tag: tag, multiple: multiple, isAccepted: isAccepted))
        case .returned(let exchange, let routingKey):
            tracker.returned(ConfirmTracker.Destination(exchange: exchange, routingKey: routingKey))
        case .blocked(let reason):
            connection.logger.warning(
                "blocked by the broker (memory or disk alarm)", metadata: ["reason": "\(reason)"])
            connection.set(.blocked(reason: reason))
        case .unblocked:
            connection.logger.info("unblocked by the broker")
            tracker.restartWaits(at: .now)
            connection.set(.connected)
        case .delivered, .oversized, .consumerCancelled: break
        }
    }

    private func endOverdueWaits() throws(AMQPFailure) {
        guard case .connected = connection.state else { return }
        let abandoned = tracker.giveUpOptional(publishedBefore: .now - Self.optionalConfirmTimeout)
        if !abandoned.isEmpty {
            connection.logger.warning("no confirm of an event: has a subscriber's queue lost its majority?")
        }
        finish(abandoned)
        if let oldest = tracker.oldestPublishedAt, ContinuousClock.now - oldest > Self.confirmTimeout {
            throw AMQPFailure(
                "publish", "no confirm within \(Self.confirmTimeout); check that every quorum queue has its majority")
        }
    }

    private func finish(_ finished: [ConfirmTracker.Finished]) {
        for item in finished {
            if let continuation = waiting.removeValue(forKey: item.batch) {
                continuation.resume(returning: item.failure)
            } else {
                finishedEarly[item.batch] = .some(item.failure)
            }
        }
    }

    private static let noConnection = AMQPFailure("publish", "the connection was lost")
}
