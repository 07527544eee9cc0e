public import JobCore
public import Logging
public import Messaging
public import ServiceLifecycle
import Store

/// Takes batches from one queue, has a stage handle them, and settles them: publish, confirm, ack.
///
///     Pump(
///         queue: .dispatcherRuns, limits: .init(prefetch: 400, batch: 200), handler: handler, broker: broker,
///         time: SystemTime(), logger: logger)
public struct Pump: Service {
    /// The number of messages that a pump takes, and how long it holds them.
    public struct Limits: Sendable {
        /// The most messages that may be unacked.
        public var prefetch: Int
        /// The most messages of a batch.
        public var batch: Int
        /// A batch that cannot be settled for this long is requeued: RabbitMQ closes a channel that holds a message
        /// unacked for half an hour.
        public var holdLimitMilliseconds: Int64 = 600_000
        /// One batch begins in each such time of the clock at most; 0 lets each begin at once. See `Pace`.
        public var paceMilliseconds: Int64

        public init(prefetch: Int, batch: Int, paceMilliseconds: Int64 = 0) {
            self.prefetch = prefetch
            self.batch = batch
            self.paceMilliseconds = paceMilliseconds
        }
    }

    private let limits: Limits
    private let handler: any MessageHandler
    private let settlement: Settlement
    private let time: any TimeSource
    private let logger: Logger

    public init(
        queue: WorkQueue, limits: Limits, handler: any MessageHandler, broker: any MessageBroker,
        time: any TimeSource, logger: Logger
    ) {
        self.limits = limits
        self.handler = handler
        self.time = time
        var logger = logger
        logger[metadataKey: "queue"] = "\(queue.rawValue)"
        self.logger = logger
        settlement = Settlement(
            of: queue, broker: broker, time: time, logger: logger,
            holdLimitMilliseconds: limits.holdLimitMilliseconds)
    }

    /// Handles batches until shutdown; the batch in hand is finished first.
    public func run() async throws {
        let subscription = await settlement.subscribe(prefetch: limits.prefetch)
        var crashGuard = CrashGuard()
        var pace = Pace(milliseconds: limits.paceMilliseconds)
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let batch: [InboundMessage]
            do {
                let wait = pace.waitMilliseconds(at: time.monotonicMilliseconds())
                batch = try await cancelWhenGracefulShutdown {
                    if wait > 0 { try await time.sleep(milliseconds: wait) }
                    return try await subscription.next(limit: limits.batch)
                }
                pace.begin(at: time.monotonicMilliseconds())
            } catch is CancellationError {
                return
            }
            for step in crashGuard.steps(for: batch) {
                // Requeued or interrupted, the rest of the batch is the broker's again.
                guard await carryOut(step, subscription) == .acked else { break }
            }
        }
    }

    private func carryOut(
        _ step: CrashGuard.Step, _ subscription: any MessageSubscription
    ) async -> Settlement.Outcome {
        switch step {
        case .together(let messages): await pass(messages, subscription)
        case .alone(let message): await pass([message], subscription)
        case .setAside(let message):
            await bury(
                message, "returned \(message.returnCount) times: each process that began with it died", subscription)
        }
    }

    /// Handles one batch until it is acked or requeued, or until shutdown leaves it unacked. Returns which of these.
    @discardableResult
    public func pass(
        _ batch: [InboundMessage], _ subscription: any MessageSubscription
    ) async -> Settlement.Outcome {
        let begun = time.monotonicMilliseconds()
        var batch = batch
        var attempt = 0
        while true {
            do {
                let result = try await handler.handle(batch)
                if !result.messages.isEmpty { CrashPoint.afterCommit.reach() }
                let handled = Array(batch.prefix(result.count ?? batch.count))
                precondition(!handled.isEmpty, "a handler handles at least the first message")
                let outcome = try await settle(result, of: handled, subscription, begun)
                batch.removeFirst(handled.count)
                if outcome == .acked, result.givesQueueAway {
                    await subscription.restart()
                    return .requeued
                }
                guard outcome == .acked, !batch.isEmpty else { return outcome }
                attempt = 0
                continue
            } catch StoreError.unavailable(let reason) {
                if Backoff.isLogged(attempt: attempt) {
                    logger.warning(
                        "the store is unavailable, the batch waits",
                        metadata: ["error": "\(reason)", "messages": "\(batch.count)"])
                }
            } catch is CancellationError {
                return .interrupted
            } catch {
                return await isolateFailure(error, in: batch, subscription)
            }
            let outcome = await settlement.waitToRetry(attempt: attempt, on: subscription, heldSinceMilliseconds: begun)
            if let outcome { return outcome }
            batch = Self.triedAgain(batch)
            attempt += 1
        }
    }

    /// The store may have committed what it did not answer.
    private static func triedAgain(_ batch: [InboundMessage]) -> [InboundMessage] {
        batch.map { message in
            var message = message
            message.isTriedAgain = true
            return message
        }
    }

    private func settle(
        _ result: HandledBatch, of batch: [InboundMessage], _ subscription: any MessageSubscription, _ begun: Int64
    ) async throws(PublishError) -> Settlement.Outcome {
        let letters = result.dead.map { letter in
            precondition(batch.indices.contains(letter.index), "a handler's dead letter names a message of the batch")
            return settlement.deadLetter(letter.report ?? batch[letter.index], letter.reason, letter.error)
        }
        let marks = result.marks.isEmpty ? [] : [Settlement.Step(result.marks)]
        return try await settlement.settle(
            [.init(result.messages + letters)] + marks, on: subscription, heldSinceMilliseconds: begun,
            acking: { batch.map(\.tag) })
    }

    /// The batch failed as a whole: its messages are handled one by one, so that a single message cannot hold up the
    /// others. The message that fails alone becomes a dead letter.
    private func isolateFailure(
        _ error: any Error, in batch: [InboundMessage], _ subscription: any MessageSubscription
    ) async -> Settlement.Outcome {
        guard batch.count == 1, let message = batch.first else {
            logger.warning("a batch failed, handling its messages one by one", metadata: ["error": "\(error)"])
            for message in Self.triedAgain(batch) {
                // Requeued or interrupted, the rest of the batch is the broker's again.
                let outcome = await pass([message], subscription)
                guard outcome == .acked else { return outcome }
            }
            return .acked
        }
        if let reports = try? message.reports, reports.count > 1 {
            return await passEach(Self.triedAgain(reports), of: message, subscription)
        }
        return await bury(message, "\(error)", subscription)
    }

    /// Handles each report of a message by itself, and acks the message after the last one.
    private func passEach(
        _ reports: [InboundMessage], of message: InboundMessage, _ subscription: any MessageSubscription
    ) async -> Settlement.Outcome {
        let unacked = UnackedSubscription(subscription)
        for report in reports {
            let outcome = await pass([report], unacked)
            guard outcome == .acked else { return outcome }
        }
        await subscription.acknowledge([message.tag])
        return .acked
    }

    /// Makes a message that cannot be handled a dead letter, or each of its reports.
    private func bury(
        _ message: InboundMessage, _ error: String, _ subscription: any MessageSubscription
    ) async -> Settlement.Outcome {
        let letters = ((try? message.reports) ?? [message]).map { settlement.deadLetter($0, .failing, error) }
        do {
            return try await settlement.settle(
                [.init(letters)], on: subscription, heldSinceMilliseconds: time.monotonicMilliseconds(),
                acking: { [message.tag] })
        } catch {
            // A dead letter is cut to what AMQP can carry, so this is a fault of ours: the message stays unacked.
            logger.critical("a dead letter cannot be published", metadata: ["error": "\(error)"])
            return .interrupted
        }
    }
}
