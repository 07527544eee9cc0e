internal import CRabbitMQ
internal import JobCore
internal import Logging
internal import Messaging
internal import Threads

/// The publishing connection: pipelined, persistent, each batch confirmed as a whole.
actor Publisher {
    private let connection: BrokerConnection
    private let topology: Topology
    private var handle: AMQPHandle?
    private var pump = FrameReader(epoch: 0)
    private var tracker = ConfirmTracker()
    private var waiting: [UInt64: CheckedContinuation<PublishError?, Never>] = [:]
    /// Batches that were complete before their caller came to wait.
    private var finishedEarly: [UInt64: PublishError?] = [:]
    private var lastDrainedAt = ContinuousClock.now

    /// A quorum queue without its majority never confirms and never refuses.
    private static let confirmTimeout: Duration = .seconds(20)
    /// What is said to whoever listens waits less: it is a listener's queue that does not answer.
    private static let optionalConfirmTimeout: Duration = .seconds(2)

    nonisolated var unownedExecutor: UnownedSerialExecutor { connection.executor.asUnownedSerialExecutor() }
    nonisolated var state: ConnectionState { connection.state }

    init(options: ConnectionOptions, topology: Topology, logger: Logger) {
        connection = BrokerConnection(options: options, role: "publish", logger: logger)
        self.topology = topology
    }

    /// Connects, and keeps connected until the task is cancelled.
    func run() async {
        var attempt = 0
        while !Task.isCancelled {
            do {
                try open(attempt: attempt)
                attempt = 0
                while !Task.isCancelled {
                    try drain()
                    try failIfConfirmsAreOverdue()
                    _ = await connection.parker.events(timeoutMilliseconds: connection.pumpIntervalMilliseconds)
                }
            } catch {
                close(because: "\(error)")
                await connection.waitAfter(error, attempt: attempt)
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

    /// Publishes a batch and waits for its confirms.
    func publish(_ messages: [OutboundMessage]) async throws(PublishError) {
        guard !messages.isEmpty else { return }
        if let fault = messages.lazy.compactMap(\.fault).first { throw .unsendable(fault) }
        switch connection.state {
        case .connected: break
        case .connecting(let failure): throw .unavailable(failure ?? "not connected yet")
        case .blocked(let reason): throw .unavailable("it blocks publishers: \(reason)")
        }
        let destinations = Set(
            messages.filter(\.isMandatory).map {
                ConfirmTracker.Destination(exchange: topology.name(of: $0.exchange), routingKey: $0.routingKey)
            })
        let batch = tracker.begin(
            isMandatory: messages.map(\.isMandatory), destinations: destinations, at: .now)
        do {
            cork(messages.count > 1)
            for message in messages { try send(message) }
            cork(false)
        } catch {
            // The loop sees the same failure at its next read and reconnects; this batch fails with all others.
            close(because: "\(error)")
            connection.parker.interrupt()
            throw .unavailable("\(error)")
        }
        // A publish may read frames into librabbitmq's own queue, where epoll can't see them.
        if let raw = handle?.raw, amqp_frames_enqueued(raw) != 0 || amqp_data_in_buffer(raw) != 0 {
            connection.parker.interrupt()
        }
        let failure: PublishError?
        if let early = finishedEarly.removeValue(forKey: batch) {
            failure = early
        } else {
            failure = await withCheckedContinuation { waiting[batch] = $0 }
        }
        if let failure { throw failure }
    }

    private func open(attempt: Int) throws(AMQPFailure) {
        let opened = try connection.connect(attempt: attempt)
        amqp_confirm_select(opened.raw, AMQPHandle.channel)
        try AMQPFailure.check("confirm.select", amqp_get_rpc_reply(opened.raw))
        handle = consume opened
        pump = FrameReader(epoch: pump.epoch + 1)
        connection.set(.connected)
    }

    private func drain() throws(AMQPFailure) {
        guard handle != nil else { throw AMQPFailure("publish", "the connection was lost") }
        while true {
            lastDrainedAt = .now
            let events = try readEvents()
            if events.isEmpty { return }
            for event in events { take(event) }
        }
    }

    private func take(_ event: BrokerEvent) {
        switch event {
        case .confirmed(let tag, let multiple, let isAccepted):
            if !isAccepted { connection.logger.warning("the broker refused a message: is a queue full?") }
            finish(tracker.confirmed(tag: tag, multiple: multiple, isAccepted: isAccepted))
        case .returned(let exchange, let routingKey):
            tracker.returned(ConfirmTracker.Destination(exchange: exchange, routingKey: routingKey))
        case .blocked(let reason):
            connection.logger.warning("the broker takes no messages for now", metadata: ["reason": "\(reason)"])
            connection.set(.blocked(reason: reason))
        case .unblocked:
            connection.logger.info("the broker takes messages again")
            tracker.restartWaits(at: .now)
            connection.set(.connected)
        case .delivered, .oversized, .consumerCancelled: break
        }
    }

    private func readEvents() throws(AMQPFailure) -> [BrokerEvent] {
        guard let raw = handle?.raw else { return [] }
        return try pump.drain(raw)
    }

    private func send(_ message: OutboundMessage) throws(AMQPFailure) {
        // librabbitmq 0.11 waits for ever inside a publish once the broker has been silent past its heartbeat; a read
        // just before it notices that and fails instead. It also takes in the confirms of a long batch.
        if ContinuousClock.now - lastDrainedAt > .milliseconds(1) { try drain() }
        guard let raw = handle?.raw else { throw AMQPFailure("publish", "the connection was lost") }
        try raw.publish(message, to: topology.name(of: message.exchange))
    }

    private func cork(_ isOn: Bool) {
        if let raw = handle?.raw { belfry_tcp_cork(amqp_get_sockfd(raw), isOn ? 1 : 0) }
    }

    private func failIfConfirmsAreOverdue() throws(AMQPFailure) {
        guard case .connected = connection.state else { return }
        let abandoned = tracker.giveUpOptional(publishedBefore: .now - Self.optionalConfirmTimeout)
        if !abandoned.isEmpty {
            connection.logger.warning("no confirm of an event: does a queue that listens lack its majority?")
        }
        finish(abandoned)
        if let oldest = tracker.oldestPublishedAt, ContinuousClock.now - oldest > Self.confirmTimeout {
            throw AMQPFailure(
                "publish", "no confirm within \(Self.confirmTimeout); has a quorum queue lost its majority?")
        }
    }

    private func close(because reason: String) {
        if let raw = handle?.raw { connection.parker.forget(amqp_get_sockfd(raw)) }
        handle = nil
        connection.set(.connecting(lastFailure: reason))
        tracker = ConfirmTracker(after: tracker)
        let failed = waiting
        waiting = [:]
        for continuation in failed.values { continuation.resume(returning: .unavailable(reason)) }
        finishedEarly = [:]
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
}
