import Glibc
public import Messaging
import Threads

/// RabbitMQ as a `DeadLetterScan`, on a thread of its own.
///
/// It acks only what is removed, and the broker gives back the rest. A quorum queue gives back what one consumer has in
/// hand, in order, when its connection ends; of several consumers it keeps no order. So the letters are taken in
/// blocks, each by a consumer on a connection of its own, one after the other. They go back block by block, behind all
/// that went back before; so a scan that ends early takes these first. Another connection publishes and asks for
/// counts: behind letters that are on their way an answer would wait.
public actor RabbitDeadLetterScan: DeadLetterScan {
    /// The letters of the first block. Each next one has ten times as many, up to `blockLettersMax`: a pass that needs
    /// few letters takes few.
    private static let firstBlockLetters = 200
    private static let blockLettersMax = 20_000
    /// About the most bytes of a block, after the mean size of the letters before it.
    private static let blockBytesMax = 64 * 1_024 * 1_024
    private static let confirmMax: Duration = .seconds(10)
    /// How long the scan takes letters that it has no use for, to keep their order.
    private static let restMax: Duration = .seconds(7)
    /// How long the letters of one block may take to come back.
    private static let returnMax: Duration = .seconds(10)
    /// How long letters that another connection had in hand may take to come back.
    private static let releaseMax: Duration = .seconds(1)
    /// The scan waits this long for a letter. Then it asks whether any is left.
    private static let quietSecondsMax = 5
    /// An answer about a queue that takes longer may say nothing.
    private static let answerMax: Duration = .milliseconds(200)
    private static let leaderMax: Duration = .seconds(8)

    private let options: ConnectionOptions
    private let topology: Topology
    private let executor: ThreadExecutor
    /// Publishes, and asks for counts.
    private var control: AMQPHandle?
    private var blocks: [LetterBlock] = []
    private var queueName = ""
    /// The letters of the open queue that have not come yet.
    private var missingCount = 0
    /// The last letter that came was given back once before.
    private var isInReturned = false
    private var takenBytes = 0
    private var quietSeconds = 0
    private var isConfirming = false
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
        giveBack()
        queueName = "\(topology.name(of: queue)).dead"
        missingCount = try attempt { () throws(AMQPFailure) in try readyCount() }
        (takenBytes, quietSeconds) = (0, 0)
    }

    /// The letters of the queue that nobody has in hand. RabbitMQ 3 answers with zeros when the queue's leader has not
    /// told it the counts within 250 ms, so zeros that took long are no answer.
    private func readyCount() throws(AMQPFailure) -> Int {
        let begunAt = ContinuousClock.now
        while true {
            let askedAt = ContinuousClock.now
            let depth = try askDepth()
            let now = ContinuousClock.now
            let isKnown = depth.ready > 0 || depth.consumers > 0 || now - askedAt < Self.answerMax
            if isKnown, depth.consumers == 0 || now - begunAt > Self.releaseMax { return depth.ready }
            if now - begunAt > Self.leaderMax {
                throw AMQPFailure("queue.declare \(queueName)", "the queue has no leader")
            }
            usleep(20_000)
        }
    }

    private func askDepth() throws(AMQPFailure) -> (ready: Int, consumers: Int) {
        try connectControl()
        return try control?.depth(of: queueName) ?? (0, 0)
    }

    /// See `DeadLetterScan.next`.
    public func next() throws(PublishError) -> [TakenLetter]? {
        guard missingCount > 0 else { return nil }
        let letters = try attempt { () throws(AMQPFailure) in try take() }
        guard let letters else {
            missingCount = 0
            return nil
        }
        if let last = letters.last { isInReturned = last.message.isRedelivered }
        takenBytes += letters.reduce(0) { $0 + $1.bodyBytes }
        // Letters that have come since are for the next pass.
        let wanted = Array(letters.prefix(missingCount))
        missingCount -= wanted.count
        return wanted
    }

    /// Nil when no letter is left.
    private func take() throws(AMQPFailure) -> [TakenLetter]? {
        let deadline = ContinuousClock.now + .seconds(1)
        _ = try control?.readEvents()
        // A block that has ended is read for its heartbeats; on a cluster, a last letter may come late.
        var letters: [TakenLetter] = []
        for block in blocks { letters += try block.read() }
        while letters.isEmpty, ContinuousClock.now < deadline {
            if blocks.last?.isEnded ?? true { try startBlock() }
            blocks.last?.waitForLetters()
            letters = try blocks.last?.read() ?? []
        }
        quietSeconds = letters.isEmpty ? quietSeconds + 1 : 0
        if quietSeconds >= Self.quietSecondsMax {
            guard try askDepth().ready > 0 else { return nil }
            throw AMQPFailure("consume from \(queueName)", "the queue has letters, and gives none")
        }
        return letters
    }

    private func startBlock() throws(AMQPFailure) {
        let takenCount = blocks.reduce(0) { $0 + $1.takenCount }
        let size = max(1, takenBytes / max(1, takenCount))
        let most = min(
            blocks.last.map { $0.prefetch * 10 } ?? Self.firstBlockLetters, Self.blockLettersMax,
            max(1, Self.blockBytesMax / size))
        let block = LetterBlock(try connect(role: "letters"), prefetch: most)
        blocks.append(block)
        try block.start(queueName)
    }

    /// See `DeadLetterScan.publish`.
    public func publish(_ messages: [OutboundMessage]) throws(PublishError) -> [PublishOutcome] {
        try attempt { () throws(AMQPFailure) in for block in blocks { try block.sendHeartbeat() } }
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
            control = nil
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
        try connectControl()
        if !isConfirming {
            try control?.selectConfirms()
            (isConfirming, publishedCount) = (true, 0)
        }
        var window = PublishWindow(messages, firstTag: publishedCount + 1)
        publishedCount += UInt64(messages.count)
        for message in messages { try control?.enqueue(message) }
        try control?.flush()
        let deadline = ContinuousClock.now + Self.confirmMax
        while true {
            for event in try control?.readEvents() ?? [] {
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
            if control?.hasBufferedFrames == false { _ = control?.isReady(POLLIN, withinMilliseconds: 50) }
        }
    }

    /// See `DeadLetterScan.remove`.
    public func remove(_ tags: [MessageTag]) throws(PublishError) {
        try attempt { () throws(AMQPFailure) in
            for tag in tags { try blocks.first { $0.epoch == tag.epoch }?.remove(tag.number) }
        }
    }

    /// See `DeadLetterScan.close`. Blocks for as long as the letters take to come back.
    public func close() {
        giveBack()
        control?.closeInOrder()
        control = nil
    }

    /// Gives the blocks back in their order: each when the queue has the letters of the one before.
    private func giveBack() {
        let restDeadline = ContinuousClock.now + Self.restMax
        while isInReturned, missingCount > 0, ContinuousClock.now < restDeadline, (try? next()) != nil {}
        (missingCount, isInReturned) = (0, false)
        guard let last = blocks.last else { return }
        // A consumer that runs would take what the others give back.
        try? last.finish()
        var expectedCount = try? askDepth().ready
        for block in blocks {
            block.close()
            guard let count = expectedCount else { continue }
            expectedCount = wait(untilReady: count + block.heldCount)
        }
        blocks = []
    }

    /// Waits until the queue has this many letters. Nil if the broker doesn't tell.
    private func wait(untilReady count: Int) -> Int? {
        let deadline = ContinuousClock.now + Self.returnMax
        while let depth = try? askDepth() {
            if depth.ready >= count || ContinuousClock.now >= deadline { return count }
            usleep(10_000)
        }
        return nil
    }

    private func attempt<Answer>(_ work: () throws(AMQPFailure) -> Answer) throws(PublishError) -> Answer {
        do {
            return try work()
        } catch {
            control = nil
            missingCount = 0
            giveBack()
            throw .unavailable(error.description(with: options.advice))
        }
    }

    private func connectControl() throws(AMQPFailure) {
        guard control == nil else { return }
        control = try connect(role: "control")
        isConfirming = false
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
