internal import CoreMetrics
internal import JobCore
internal import Logging
internal import Messaging
internal import StageKit

/// Knows which deliveries the courier has in hand, publishes what they led to, those that end at about the same time
/// together, and acknowledges them.
actor Outbox {
    /// One attempt of one execution.
    struct Key: Hashable, Sendable {
        var executionID: ExecutionID
        var attempt: Int

        init(_ request: DeliveryRequested) {
            executionID = request.executionID
            attempt = request.attempt
        }
    }

    struct Entry: Sendable {
        /// Nil for a message that is no delivery.
        var key: Key?
        var tag: MessageTag
        var messages: [OutboundMessage]
    }

    private let broker: any MessageBroker
    private let subscription: any MessageSubscription
    private let time: any TimeSource
    private let logger: Logger
    private let handled = Counter(
        label: "belfry_messages_handled_total", dimensions: [("queue", WorkQueue.courierDeliveries.rawValue)])
    private let batchSizes = Recorder(
        label: "belfry_batch_size", dimensions: [("queue", WorkQueue.courierDeliveries.rawValue)])
    /// Every delivery of a message for an attempt, each to be acknowledged when it has ended.
    private var inHand: [Key: [MessageTag]] = [:]
    private var waiting: [Entry] = []
    private var publishing: Task<Void, Never>?
    private var isEnding = false

    init(broker: any MessageBroker, subscription: any MessageSubscription, time: any TimeSource, logger: Logger) {
        self.broker = broker
        self.subscription = subscription
        self.time = time
        self.logger = logger
    }

    /// Takes deliveries in hand and answers those that were not yet: after a lost connection the broker delivers
    /// again what is being delivered, and the service must not get it twice for that.
    func admit(_ deliveries: [Courier.Delivery]) -> [Courier.Delivery] {
        deliveries.filter { delivery in
            let key = Key(delivery.request)
            let isNew = inHand[key] == nil
            inHand[key, default: []].append(delivery.message.tag)
            return isNew
        }
    }

    /// Takes what a delivery led to, and returns at once: publishing goes on by itself while there is something, so
    /// that no delivery has to wait for others' reports.
    func add(_ entry: Entry) {
        waiting.append(entry)
        guard publishing == nil else { return }
        // It works for whoever adds, not for the first of them, so it is nobody's child; `finish` waits for it.
        publishing = Task { await self.publishAll() }
    }

    /// Returns when everything is published and acknowledged.
    func finish() async {
        isEnding = true
        while let task = publishing { await task.value }
    }

    private func publishAll() async {
        while !waiting.isEmpty {
            let batch = waiting
            waiting = []
            await publish(batch)
        }
        publishing = nil
    }

    private func publish(_ batch: [Entry]) async {
        for attempt in 0... {
            do {
                try await broker.publish(batch.flatMap(\.messages))
                CrashPoint.afterPublish.reach()
                let tags = batch.flatMap { entry in
                    entry.key.flatMap { inHand.removeValue(forKey: $0) } ?? [entry.tag]
                }
                await subscription.acknowledge(tags)
                CrashPoint.afterAcknowledge.reach()
                handled.increment(by: tags.count)
                batchSizes.record(batch.count)
                return
            } catch {
                logger.warning(
                    "can't publish, reports wait", metadata: ["error": "\(error)", "deliveries": "\(batch.count)"])
                let wait = Backoff().milliseconds(attempt: attempt, fraction: .random(in: 0..<1))
                // Unacknowledged deliveries come again elsewhere: at shutdown there is nothing to wait for.
                guard !isEnding, (try? await time.sleep(milliseconds: wait)) != nil else { return }
            }
        }
    }
}
