import CoreMetrics
import JobCore
import Logging
import Messaging
import StageKit

/// Publishes what deliveries led to, those that end at about the same time together, and acks them.
///
/// It belongs to the courier and runs on its actor, so that handing over a result costs no change of task.
final class Outbox {
    private struct Entry {
        /// Nil for a message that could not be read.
        var key: Delivery.Key?
        var message: InboundMessage
        var result: DeliveryResult
    }

    private let broker: any MessageBroker
    private let time: any TimeSource
    private let randomFraction: @Sendable () -> Double
    private let logger: Logger
    private let handled: Counter
    private let deadLetters: Counter
    private let batchSizes: Recorder
    private var entries: [Entry] = []
    private var wake: CheckedContinuation<Void, Never>?
    private var isClosed = false

    init(
        broker: any MessageBroker, time: any TimeSource, randomFraction: @escaping @Sendable () -> Double,
        logger: Logger
    ) {
        self.broker = broker
        self.time = time
        self.randomFraction = randomFraction
        self.logger = logger
        let dimensions = [("queue", WorkQueue.courierDeliveries.rawValue)]
        handled = Counter(label: "belfry_messages_handled_total", dimensions: dimensions)
        deadLetters = Counter(label: "belfry_dead_letters_total", dimensions: dimensions)
        batchSizes = Recorder(label: "belfry_batch_size", dimensions: dimensions)
    }

    /// Takes the end of a delivery; `key` is nil for a message that could not be read. `run` publishes it.
    func add(_ result: DeliveryResult, of message: InboundMessage, key: Delivery.Key?) {
        entries.append(Entry(key: key, message: message, result: result))
        resume()
    }

    /// Nothing more is added: `run` returns once everything is published, or once that fails.
    func close() {
        isClosed = true
        resume()
    }

    /// Publishes and acks until `close`. `settled` answers the tags to ack for deliveries that have ended.
    func run(
        _ subscription: any MessageSubscription, settled: ([Delivery.Key]) -> [MessageTag]
    ) async {
        while true {
            if entries.isEmpty {
                if isClosed { return }
                await withCheckedContinuation { wake = $0 }
            } else {
                let batch = entries
                entries = []
                await settle(batch, subscription, settled)
            }
        }
    }

    private func resume() {
        wake?.resume()
        wake = nil
    }

    private func settle(
        _ batch: [Entry], _ subscription: any MessageSubscription, _ settled: ([Delivery.Key]) -> [MessageTag]
    ) async {
        let messages = batch.flatMap(messages)
        for attempt in 0... {
            do {
                try await broker.publish(messages)
                CrashPoint.afterPublish.reach()
                let tags = batch.flatMap { entry in entry.key.map { settled([$0]) } ?? [entry.message.tag] }
                await subscription.acknowledge(tags)
                CrashPoint.afterAcknowledge.reach()
                handled.increment(by: tags.count)
                batchSizes.record(batch.count)
                return
            } catch {
                logger.warning(
                    "cannot publish, reports wait", metadata: ["error": "\(error)", "deliveries": "\(batch.count)"])
                let wait = Backoff().milliseconds(attempt: attempt, fraction: randomFraction())
                // At shutdown there is nothing to wait for: unacked messages are delivered again elsewhere.
                guard !isClosed, (try? await time.sleep(milliseconds: wait)) != nil else { return }
            }
        }
    }

    private func messages(of entry: Entry) -> [OutboundMessage] {
        switch entry.result {
        case .publish(let messages): return messages
        case .deadLetter(let reason, let error):
            deadLetters.increment()
            logger.error(
                "dead letter",
                metadata: [
                    "reason": "\(reason.rawValue)", "error": "\(error)", "message_id": "\(entry.message.id ?? "")",
                ])
            return [
                entry.message.deadLetter(
                    from: .courierDeliveries, reason: reason, error: error,
                    atMilliseconds: time.now().millisecondsSinceEpoch)
            ]
        }
    }
}
