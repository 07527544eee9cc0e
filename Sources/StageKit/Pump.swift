internal import CoreMetrics
public import JobCore
public import Logging
public import Messaging
public import ServiceLifecycle

/// Takes batches from one queue, has a stage handle them, publishes what comes of it, and only then acknowledges.
///
/// It owns every ack of its queue. Whatever dies in between repeats work and loses none: the unacknowledged message is
/// the outbox.
public struct Pump: Service {
    public struct Limits: Sendable {
        /// Unacknowledged deliveries.
        public var prefetch: Int
        /// Messages in a batch.
        public var batch: Int
        /// A batch that can't be finished for this long goes back to the broker, which ends channels that hold a
        /// delivery for half an hour.
        public var holdMilliseconds: Int64 = 600_000

        public init(prefetch: Int, batch: Int) {
            self.prefetch = prefetch
            self.batch = batch
        }
    }

    private let queue: WorkQueue
    private let limits: Limits
    private let handler: any MessageHandler
    private let broker: any MessageBroker
    private let time: any TimeSource
    private let logger: Logger
    private let handled: Counter
    private let deadLetters: Counter
    private let batchSizes: Recorder

    public init(
        queue: WorkQueue, limits: Limits, handler: any MessageHandler, broker: any MessageBroker,
        time: any TimeSource, logger: Logger
    ) {
        self.queue = queue
        self.limits = limits
        self.handler = handler
        self.broker = broker
        self.time = time
        var logger = logger
        logger[metadataKey: "queue"] = "\(queue.rawValue)"
        self.logger = logger
        let dimensions = [("queue", queue.rawValue)]
        handled = Counter(label: "belfry_messages_handled_total", dimensions: dimensions)
        deadLetters = Counter(label: "belfry_dead_letters_total", dimensions: dimensions)
        batchSizes = Recorder(label: "belfry_batch_size", dimensions: dimensions)
    }

    /// Pumps until shutdown; the batch in hand is finished first.
    public func run() async throws {
        let subscription = await broker.subscribe(to: queue, prefetch: limits.prefetch)
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let batch: [InboundMessage]
            do {
                batch = try await cancelWhenGracefulShutdown { try await subscription.next(limit: limits.batch) }
            } catch is CancellationError {
                return
            }
            await pass(batch, subscription)
        }
    }

    /// One batch, until it is acknowledged, given back, or shutdown leaves it to another process.
    public func pass(_ batch: [InboundMessage], _ subscription: any MessageSubscription) async {
        await pass(batch, subscription) { try await handler.handle(batch) }
    }

    private func pass(
        _ batch: [InboundMessage], _ subscription: any MessageSubscription,
        handle: () async throws -> HandledBatch
    ) async {
        let begun = time.now()
        var attempt = 0
        while true {
            do {
                let result = try await handle()
                CrashPoint.afterStore.reach()
                return try await finish(batch, result, subscription)
            } catch let error as HandlingError {
                logger.warning(
                    "not now, the batch waits", metadata: ["error": "\(error)", "messages": "\(batch.count)"])
            } catch let error as PublishError where error.isTemporary {
                logger.warning("can't publish, the batch waits", metadata: ["error": "\(error)"])
            } catch is CancellationError {
                return
            } catch {
                return await isolateFailure(error, in: batch, subscription)
            }
            guard time.now().milliseconds(since: begun) < limits.holdMilliseconds else {
                logger.warning("gave the batch back to the broker", metadata: ["messages": "\(batch.count)"])
                return await subscription.restart()
            }
            let wait = Backoff().milliseconds(attempt: attempt, fraction: .random(in: 0..<1))
            attempt += 1
            do {
                try await cancelWhenGracefulShutdown { try await time.sleep(milliseconds: wait) }
            } catch {
                return
            }
        }
    }

    private func finish(
        _ batch: [InboundMessage], _ result: HandledBatch, _ subscription: any MessageSubscription
    ) async throws(PublishError) {
        let now = time.now().millisecondsSinceEpoch
        let letters = result.dead.map { letter in
            logger.error(
                "dead letter",
                metadata: [
                    "reason": "\(letter.reason.rawValue)", "error": "\(letter.error)",
                    "message_id": "\(batch[letter.index].id ?? "")",
                ])
            return batch[letter.index].deadLetter(
                from: queue, reason: letter.reason, error: letter.error, atMilliseconds: now)
        }
        try await broker.publish(result.messages + letters)
        CrashPoint.afterPublish.reach()
        await subscription.acknowledge(batch.map(\.tag))
        CrashPoint.afterAcknowledge.reach()
        handled.increment(by: batch.count)
        deadLetters.increment(by: letters.count)
        batchSizes.record(batch.count)
    }

    /// The batch failed as a whole: one by one, so that a single message can't hold the others back. One that fails
    /// by itself is a dead letter.
    private func isolateFailure(
        _ error: any Error, in batch: [InboundMessage], _ subscription: any MessageSubscription
    ) async {
        guard batch.count == 1 else {
            logger.warning("a batch failed, trying its messages one by one", metadata: ["error": "\(error)"])
            for message in batch { await pass([message], subscription) }
            return
        }
        let letter = HandledBatch(dead: [.init(index: 0, reason: .failing, error: "\(error)")])
        await pass(batch, subscription) { letter }
    }
}
