import CoreMetrics
public import JobCore
public import Logging
public import Messaging
import ServiceLifecycle

/// Ends the handling of messages: publishes the results, waits for the confirms, and only then acks.
///
/// Every ack of a stage happens here. A crash before the ack repeats work and loses none: the unacked message is the
/// outbox. While the broker is unavailable, the publish is retried with backoff, and the messages stay unacked.
///
///     let settlement = Settlement(of: .dispatcherRuns, broker: broker, time: time, logger: logger)
///     let outcome = try await settlement.settle(
///         [.init(results)], on: subscription, heldSinceMilliseconds: takenAt, acking: { batch.map(\.tag) })
///     // .acked, .requeued or .interrupted
public struct Settlement: Sendable {
    /// The end of a settlement.
    public enum Outcome: Sendable, Equatable {
        /// Everything is published, confirmed and acked.
        case acked
        /// The messages could not be settled for too long; the broker has requeued them.
        case requeued
        /// Shutdown ended the wait. The messages stay unacked, and the broker requeues them.
        case interrupted
    }

    /// Messages that are published together. The next step begins once they are confirmed.
    public struct Step: Sendable {
        var messages: [OutboundMessage]
        var crashPoint: CrashPoint

        /// `crashPoint` is reached once the messages are confirmed.
        public init(_ messages: [OutboundMessage], then crashPoint: CrashPoint = .afterConfirm) {
            self.messages = messages
            self.crashPoint = crashPoint
        }
    }

    let queue: WorkQueue
    let time: any TimeSource
    let logger: Logger
    private let broker: any MessageBroker
    private let holdLimitMilliseconds: Int64
    /// What waits here may be all that keeps a run from its ttl, so the waits stay short.
    private let backoff = Backoff(ceilingMilliseconds: 2_000)
    private let sleep: @Sendable (Int64) async throws -> Void
    private let jitter: @Sendable () -> Double
    private let handled: Counter
    private let deadLetters: [DeadLetterReason: Counter]
    private let batchSizes: Recorder

    /// `holdLimitMilliseconds` bounds how long messages are held unacked: RabbitMQ closes a channel that holds a
    /// message unacked for half an hour. `sleep` waits the given milliseconds between two tries, and throws if no
    /// further try is wanted; by default shutdown ends the wait. `jitter` returns the random fraction, 0..<1, of each
    /// longest wait.
    public init(
        of queue: WorkQueue, broker: any MessageBroker, time: any TimeSource, logger: Logger,
        holdLimitMilliseconds: Int64 = 600_000, sleep: (@Sendable (Int64) async throws -> Void)? = nil,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.queue = queue
        self.broker = broker
        self.time = time
        self.logger = logger
        self.holdLimitMilliseconds = holdLimitMilliseconds
        self.sleep =
            sleep ?? { milliseconds in
                try await cancelWhenGracefulShutdown { try await time.sleep(milliseconds: milliseconds) }
            }
        self.jitter = jitter
        let dimensions = [("queue", queue.rawValue)]
        handled = Counter(label: "belfry_messages_handled_total", dimensions: dimensions)
        deadLetters = Dictionary(
            uniqueKeysWithValues: DeadLetterReason.allCases.map {
                ($0, Counter(label: "belfry_dead_letters_total", dimensions: dimensions + [("reason", $0.rawValue)]))
            })
        batchSizes = Recorder(label: "belfry_batch_size", dimensions: dimensions)
    }

    /// Starts to consume the queue, with at most `prefetch` unacked messages. A message that did not come by one of the
    /// queue's own routing keys never reaches the stage: it becomes a dead letter.
    public func subscribe(prefetch: Int) async -> any MessageSubscription {
        CheckedSubscription(settlement: self, subscription: await broker.subscribe(to: queue, prefetch: prefetch))
    }

    /// Publishes the steps in order, then acks. `tags` is called after the last confirm and returns the messages to
    /// ack. `heldSinceMilliseconds` is when these messages were taken, by the monotonic clock: a wall clock that is set
    /// back would have them held for too long.
    ///
    /// Throws `PublishError.unsendable` when AMQP cannot carry one of the results: no retry helps, and nothing is
    /// acked.
    public func settle(
        _ steps: [Step], on subscription: any MessageSubscription, heldSinceMilliseconds: Int64,
        acking tags: () -> [MessageTag]
    ) async throws(PublishError) -> Outcome {
        for step in steps {
            var attempt = 0
            while true {
                do throws(PublishError) {
                    try await broker.publish(step.messages)
                    break
                } catch {
                    guard error.isTemporary else { throw error }
                    if Backoff.isLogged(attempt: attempt) {
                        logger.warning("publish failed, retrying", metadata: ["error": "\(error)"])
                    }
                }
                let outcome = await waitToRetry(
                    attempt: attempt, on: subscription, heldSinceMilliseconds: heldSinceMilliseconds)
                if let outcome { return outcome }
                attempt += 1
            }
            if !step.messages.isEmpty { step.crashPoint.reach() }
        }
        let tags = tags()
        await subscription.acknowledge(tags)
        if steps.contains(where: { !$0.messages.isEmpty }) { CrashPoint.afterAck.reach() }
        handled.increment(by: tags.count)
        batchSizes.record(tags.count)
        return .acked
    }

    /// Waits before the next try. Returns nil if the caller is to try again. Otherwise it returns the outcome:
    /// shutdown, or messages that were held for too long and are now requeued.
    public func waitToRetry(
        attempt: Int, on subscription: any MessageSubscription, heldSinceMilliseconds: Int64
    ) async -> Outcome? {
        guard time.monotonicMilliseconds() - heldSinceMilliseconds < holdLimitMilliseconds else {
            logger.warning("held the messages for too long, requeued them")
            await subscription.restart()
            return .requeued
        }
        let wait = backoff.milliseconds(attempt: attempt, fraction: jitter())
        do {
            try await sleep(wait)
            return nil
        } catch {
            return .interrupted
        }
    }

    /// Returns the dead letter of a message, and logs and counts it. `metadata` is added to the log line. That a target
    /// refuses a delivery is nothing unusual, and is logged elsewhere, without the answer: a service may echo secrets.
    public func deadLetter(
        _ message: InboundMessage, _ reason: DeadLetterReason, _ error: String, metadata: Logger.Metadata = [:]
    ) -> OutboundMessage {
        deadLetters[reason]?.increment()
        if reason != .refused {
            var metadata = metadata
            metadata["reason"] = "\(reason.rawValue)"
            metadata["error"] = "\(error)"
            metadata["message_id"] = "\(message.id ?? "")"
            logger.error("dead letter", metadata: metadata)
        }
        return message.deadLetter(
            from: queue, reason: reason, error: error, atMilliseconds: time.now().millisecondsSinceEpoch)
    }
}
