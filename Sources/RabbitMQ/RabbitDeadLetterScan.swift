import Glibc
public import Messaging
import Threads

/// RabbitMQ as a `DeadLetterScan`. One connection takes letters, another publishes, both on a thread of their own and
/// for one pass only.
///
/// It acks only what is removed. The broker gives back the rest, in order, when the connection ends. A consumer may
/// have 4,000 unacked messages; without a limit a quorum queue gives it 2,000 (RabbitMQ 3.10). So when a consumer is
/// full, it is cancelled, which returns nothing, and the next one goes on. Their tags ascend: the broker gives back the
/// letters of one consumer after the other, in the order of the tags. Two connections, since a confirm would come
/// behind all letters that are on their way.
public actor RabbitDeadLetterScan: DeadLetterScan {
    private static let heldMax = 4_000
    private static let confirmMax: Duration = .seconds(10)
    /// How long letters of an earlier pass may take to come back.
    private static let returnMax: Duration = .seconds(1)
    /// An answer about a queue that takes longer may say nothing.
    private static let answerMax: Duration = .milliseconds(200)
    private static let leaderMax: Duration = .seconds(8)

    private let options: ConnectionOptions
    private let topology: Topology
    private let executor: ThreadExecutor
    private var taking: AMQPHandle?
    private var publishing: AMQPHandle?
    private var isConsuming = false
    private var queueName = ""
    private var consumerCount = 0
    /// The letters that the present consumer has in hand.
    private var heldCount = 0
    /// The letters of the open queue that have not come yet.
    private var missingCount = 0
    private var publishedCount: UInt64 = 0
    /// Numbers the connections, for the tags.
    private var connectionCount: UInt64 = 0

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens nothing yet.
    public init(options: ConnectionOptions, topology: Topology) {
        precondition(!options.urls.isEmpty, "a connection needs the URL of a broker")
        self.options = options
        self.topology = topology
        executor = ThreadExecutor(name: "amqp-letters", parker: SocketParker())
    }

    deinit { executor.stop() }

    /// See `DeadLetterScan.open`. Waits for a moment if another consumer has the queue: the broker may not know yet
    /// that it has ended.
    public func open(_ queue: WorkQueue) throws(PublishError) {
        endQueue()
        let name = "\(topology.name(of: queue)).dead"
        try attempt { () throws(AMQPFailure) in
            if taking == nil { taking = try connect(role: "letters") }
            missingCount = try depth(of: name)
            guard missingCount > 0 else { return }
            taking?.reader.readsDeaths = true
            taking?.reader.bodyBytesMax = UInt64(MessageLimits.replayedBodyBytesMax)
            taking?.reader.oversizedBytesKept = MessageLimits.bodyBeginningBytes
            (isConsuming, queueName, consumerCount) = (true, name, 0)
            try startConsumer()
        }
    }

    /// The letters of a queue that nobody has in hand. RabbitMQ 3 answers with zeros when the queue's leader has not
    /// told it the counts within 250 ms, so zeros that took long are no answer.
    private func depth(of name: String) throws(AMQPFailure) -> Int {
        let begunAt = ContinuousClock.now
        while true {
            let askedAt = ContinuousClock.now
            guard let depth = try taking?.depth(of: name) else { return 0 }
            let now = ContinuousClock.now
            let isKnown = depth.ready > 0 || depth.consumers > 0 || now - askedAt < Self.answerMax
            if isKnown, depth.consumers == 0 || now - begunAt > Self.returnMax { return depth.ready }
            if now - begunAt > Self.leaderMax { throw AMQPFailure("queue.declare \(name)", "the queue has no leader") }
            usleep(20_000)
        }
    }

    private func startConsumer() throws(AMQPFailure) {
        if consumerCount > 0 { try taking?.cancel(consumerTag: "\(1_000 + consumerCount)") }
        consumerCount += 1
        heldCount = 0
        try taking?.consume(queueName, consumerTag: "\(1_000 + consumerCount)", prefetch: Self.heldMax)
    }

    /// See `DeadLetterScan.next`.
    public func next() throws(PublishError) -> [TakenLetter]? {
        guard isConsuming, missingCount > 0 else { return nil }
        var letters: [TakenLetter] = []
        try attempt { () throws(AMQPFailure) in
            _ = try publishing?.readEvents()
            if heldCount >= Self.heldMax { try startConsumer() }
            let deadline = ContinuousClock.now + .seconds(1)
            repeat {
                for event in try taking?.readEvents() ?? [] {
                    switch event {
                    case .delivered(_, let message): letters.append(.init(message, bodyBytes: message.body.count))
                    case .oversized(let message, let bytes):
                        letters.append(.init(message, bodyBytes: Int(clamping: bytes)))
                    case .consumerCancelled(let tag):
                        throw AMQPFailure(
                            "consume from \(tag)", "the queue was deleted or has no leader", replyCode: 404)
                    default: break
                    }
                }
                if letters.isEmpty, taking?.hasBufferedFrames == false {
                    _ = taking?.isReady(POLLIN, withinMilliseconds: 50)
                }
            } while letters.isEmpty && ContinuousClock.now < deadline
        }
        heldCount += letters.count
        // Letters that have come since are for the next pass.
        letters = Array(letters.prefix(missingCount))
        missingCount -= letters.count
        return letters
    }

    /// See `DeadLetterScan.publish`.
    public func publish(_ messages: [OutboundMessage]) throws(PublishError) -> [PublishOutcome] {
        try attempt { () throws(AMQPFailure) in try taking?.sendHeartbeat() }
        let addressed = messages.map { message in
            AMQPMessage(
                exchange: topology.name(of: message.exchange), routingKey: message.routingKey,
                headers: message.headers, id: message.id, body: message.body, isMandatory: true)
        }
        return try publish(addressed)
    }

    /// The broker closes the channel because of one message that it does not take, and says nothing of the others. So
    /// these are published one by one.
    private func publish(_ messages: [AMQPMessage]) throws(PublishError) -> [PublishOutcome] {
        do {
            return try publishTogether(messages)
        } catch {
            publishing = nil
            guard error.isRefusal, error.endsChannelOnly else {
                throw .unavailable(error.description(with: options.advice))
            }
            guard messages.count > 1 else { return [.refused(error.description(with: options.advice))] }
            var outcomes: [PublishOutcome] = []
            for message in messages { outcomes += try publish([message]) }
            return outcomes
        }
    }

    private func publishTogether(_ messages: [AMQPMessage]) throws(AMQPFailure) -> [PublishOutcome] {
        if publishing == nil {
            publishing = try connect(role: "replay")
            publishedCount = 0
            try publishing?.selectConfirms()
        }
        var window = PublishWindow(messages, firstTag: publishedCount + 1)
        publishedCount += UInt64(messages.count)
        publishing?.cork(true)
        for message in messages { try publishing?.publish(message) }
        publishing?.cork(false)
        let deadline = ContinuousClock.now + Self.confirmMax
        while true {
            for event in try publishing?.readEvents() ?? [] {
                switch event {
                case .confirmed(let tag, let multiple, let isAccepted):
                    window.confirmed(tag: tag, multiple: multiple, isAccepted: isAccepted)
                case .returned(let exchange, let key): window.returned(exchange: exchange, routingKey: key)
                case .blocked(let reason): throw AMQPFailure("basic.publish", "the broker takes no messages: \(reason)")
                default: break
                }
            }
            if window.isSettled { return window.outcomes }
            guard ContinuousClock.now < deadline else {
                throw AMQPFailure("basic.publish", "the broker confirms nothing")
            }
            if publishing?.hasBufferedFrames == false { _ = publishing?.isReady(POLLIN, withinMilliseconds: 50) }
        }
    }

    /// See `DeadLetterScan.remove`.
    public func remove(_ tags: [MessageTag]) throws(PublishError) {
        try attempt { () throws(AMQPFailure) in
            for tag in tags where tag.epoch == taking?.epoch {
                try taking?.acknowledge(.init(tag: tag.number, multiple: false))
                heldCount -= 1
            }
        }
    }

    /// See `DeadLetterScan.close`. Blocks for some seconds at most.
    public func close() {
        endQueue()
        publishing?.closeInOrder()
        taking = nil
        publishing = nil
    }

    /// A connection that has taken letters gives them back by its end.
    private func endQueue() {
        missingCount = 0
        guard isConsuming else { return }
        isConsuming = false
        taking?.closeInOrder()
        taking = nil
    }

    private func attempt(_ work: () throws(AMQPFailure) -> Void) throws(PublishError) {
        do {
            try work()
        } catch {
            (isConsuming, missingCount) = (false, 0)
            taking = nil
            publishing = nil
            throw .unavailable(error.description(with: options.advice))
        }
    }

    private func connect(role: String) throws(AMQPFailure) -> AMQPHandle {
        var options = options
        options.name += " \(role)"
        connectionCount += 1
        var failure = AMQPFailure("connect", "no broker is configured")
        for url in options.urls {
            do {
                return try AMQPHandle.connect(url, options: options, epoch: connectionCount)
            } catch {
                failure = AMQPFailure(error.operation, "\(error.reason) (\(url))", replyCode: error.replyCode)
            }
        }
        throw failure
    }
}
