import CoreMetrics
public import JobCore
public import Logging
public import Messaging
import ServiceLifecycle

/// Ends the handling of messages: publishes the results, waits for the confirms, and only then acks.
///
/// Every ack of a stage is made here. Whatever dies before repeats work and loses none: the unacked message is the
/// outbox. While the broker is unavailable, publishing is retried with backoff; the messages stay unacked meanwhile.
public struct Settlement: Sendable {
    /// How it ended.
    public enum Outcome: Sendable, Equatable {
        /// Everything is published, confirmed and acked.
        case acked
        /// The messages could not be settled for too long; the broker has requeued them.
        case requeued
        /// Shutdown ended the wait. The messages stay unacked, and the broker requeues them.
        case interrupted
    }

    /// Messages that are published and confirmed together. Steps follow each other in order.
    public struct Step: Sendable {
        var messages: [OutboundMessage]
        var crashPoint: CrashPoint

        public init(_ messages: [OutboundMessage], then crashPoint: CrashPoint = .afterConfirm) {
            self.messages = messages
            self.crashPoint = crashPoint
        }
    }

    private let queue: WorkQueue
    private let broker: any MessageBroker
    private let time: any TimeSource
    private let logger: Logger
    private let holdLimitMilliseconds: Int64
    private let backoff: Backoff
    private let sleep: @Sendable (Int64) async throws -> Void
    private let jitter: @Sendable () -> Double
    private let handled: Counter
    private let deadLetters: Counter
    private let batchSizes: Recorder

    /// `holdLimitMilliseconds` bounds how long messages are held unacked: RabbitMQ closes a channel that holds one for
    /// half an hour. `sleep` waits so many milliseconds between tries and throws when there is to be no further one;
    /// without it shutdown ends the wait. `jitter` draws the fraction, in 0..<1, of each retry's longest wait.
    public init(
        of queue: WorkQueue, broker: any MessageBroker, time: any TimeSource, logger: Logger,
        holdLimitMilliseconds: Int64 = 600_000, backoff: Backoff = Backoff(),
        sleep: (@Sendable (Int64) async throws -> Void)? = nil,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.queue = queue
        self.broker = broker
        self.time = time
        self.logger = logger
        self.holdLimitMilliseconds = holdLimitMilliseconds
        self.backoff = backoff
        self.sleep =
            sleep ?? { milliseconds in
                try await cancelWhenGracefulShutdown { try await time.sleep(milliseconds: milliseconds) }
            }
        self.jitter = jitter
        let dimensions = [("queue", queue.rawValue)]
        handled = Counter(label: "belfry_messages_handled_total", dimensions: dimensions)
        deadLetters = Counter(label: "belfry_dead_letters_total", dimensions: dimensions)
        batchSizes = Recorder(label: "belfry_batch_size", dimensions: dimensions)
    }

    /// Publishes the steps in order, then acks the `tags`, asked for after the last confirm. `heldSince` is when the
    /// messages were taken.
    ///
    /// Throws `PublishError.unsendable`: no retry helps, and nothing was acked.
    public func settle(
        _ steps: [Step], on subscription: any MessageSubscription, heldSince: Instant, acking tags: () -> [MessageTag]
    ) async throws(PublishError) -> Outcome {
        for step in steps {
            var attempt = 0
            while true {
                do throws(PublishError) {
                    try await broker.publish(step.messages)
                    break
                } catch {
                    guard error.isTemporary else { throw error }
                    logger.warning("publish failed, retrying", metadata: ["error": "\(error)"])
                }
                let outcome = await waitToRetry(attempt: attempt, on: subscription, heldSince: heldSince)
                if let outcome { return outcome }
                attempt += 1
            }
            step.crashPoint.reach()
        }
        let tags = tags()
        await subscription.acknowledge(tags)
        CrashPoint.afterAck.reach()
        handled.increment(by: tags.count)
        batchSizes.record(tags.count)
        return .acked
    }

    /// Waits before the next try. Not nil: there is none, because of shutdown, or because the messages were held for
    /// too long and are requeued now.
    public func waitToRetry(
        attempt: Int, on subscription: any MessageSubscription, heldSince: Instant
    ) async -> Outcome? {
        guard time.now().milliseconds(since: heldSince) < holdLimitMilliseconds else {
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

    /// The dead letter of a message, logged and counted.
    public func deadLetter(
        _ message: InboundMessage, _ reason: DeadLetterReason, _ error: String, metadata: Logger.Metadata = [:]
    ) -> OutboundMessage {
        deadLetters.increment()
        var metadata = metadata
        metadata["reason"] = "\(reason.rawValue)"
        metadata["error"] = "\(error)"
        metadata["message_id"] = "\(message.id ?? "")"
        logger.error("dead letter", metadata: metadata)
        return message.deadLetter(
            from: queue, reason: reason, error: error, atMilliseconds: time.now().millisecondsSinceEpoch)
    }
}
