public import JobCore
public import Messaging
import Synchronization

/// A broker in memory with the contract of RabbitMQ: routing by the topology, acks, redelivery and retry queues.
///
/// With it a test runs all stages in one process. Its time changes only by `advance(to:)`.
///
///     let broker = MemoryBroker()
///     try await broker.publish([OutboundMessage(Baton(cursor: now))])
///     broker.waiting(in: "ticker.baton").count  // 1
public final class MemoryBroker: MessageBroker {
    private struct Held {
        var message: InboundMessage
        var releaseAt: Instant
    }

    private struct State {
        var now: Instant
        var lastNumber: UInt64 = 0
        /// By queue name without the prefix.
        var ready: [String: [InboundMessage]] = [:]
        var unacknowledged: [MessageTag: (queue: WorkQueue, message: InboundMessage, subscriber: UInt64?)] = [:]
        var delayed: [Held] = []
        var waiters: [UInt64: (queue: WorkQueue, resume: CheckedContinuation<Void, any Error>)] = [:]
        var isAvailable = true
        /// Events that were published while no queue was bound for them.
        var unrouted: [OutboundMessage] = []
        /// All that was ever published into a line of reports.
        var reports: [WorkQueue: [InboundMessage]] = [:]
    }

    private let topology = Topology(prefix: "belfry")
    private let state: Mutex<State>

    public init(now: Instant = Instant(millisecondsSinceEpoch: 0)) {
        state = Mutex(State(now: now))
    }

    public var faults: [String] { state.withLock { $0.isAvailable ? [] : ["broker: switched off"] } }

    public func publish(_ messages: [OutboundMessage]) async throws(PublishError) {
        let failure = state.withLock { state -> PublishError? in
            if let fault = messages.lazy.compactMap(\.fault).first { return .unsendable(fault) }
            guard state.isAvailable else { return .unavailable("switched off") }
            for message in messages {
                let routed = route(message, in: &state)
                guard routed || !message.isMandatory else {
                    return .unroutable(exchange: topology.name(of: message.exchange), routingKey: message.routingKey)
                }
                if !routed { state.unrouted.append(message) }
            }
            return nil
        }
        // The messages before the message at fault have arrived.
        wakeWaiters()
        if let failure { throw failure }
    }

    public func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription {
        let id = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return MemorySubscription(broker: self, queue: queue, id: id)
    }

    /// False: every publish fails, as if the broker were unavailable. True ends that.
    public func setAvailable(_ isAvailable: Bool) {
        state.withLock { $0.isAvailable = isAvailable }
    }

    /// Advances the broker's clock: deliveries whose time in a retry queue is over return to the dispatchers.
    public func advance(to now: Instant) {
        state.withLock { state in
            state.now = max(state.now, now)
            let due = state.delayed.filter { $0.releaseAt <= now }
            state.delayed.removeAll { $0.releaseAt <= now }
            state.ready[WorkQueue.dispatcherDeliveries.rawValue, default: []] += due.map { held in
                var message = held.message
                message.headers["x-death"] = "expired"
                message.exchange = topology.name(of: .pipeline)
                message.routingKey = RoutingKey.deliveryDue
                return message
            }
        }
        wakeWaiters()
    }

    /// Takes up to `limit` waiting messages, which stay unacked.
    public func take(from queue: WorkQueue, limit: Int) -> [InboundMessage] {
        take(from: queue, limit: limit, subscriber: nil)
    }

    fileprivate func take(from queue: WorkQueue, limit: Int, subscriber: UInt64?) -> [InboundMessage] {
        state.withLock { state in
            let batch = Array(state.ready[queue.rawValue, default: []].prefix(limit))
            state.ready[queue.rawValue]?.removeFirst(batch.count)
            for message in batch { state.unacknowledged[message.tag] = (queue, message, subscriber) }
            return batch
        }
    }

    /// Acks these messages.
    public func acknowledge(_ tags: [MessageTag]) {
        state.withLock { state in
            for tag in tags { state.unacknowledged[tag] = nil }
        }
    }

    /// Requeues these messages in front, marked as redelivered, as after the crash of a consumer.
    public func requeue(_ tags: [MessageTag]) {
        state.withLock { state in
            for tag in tags.sorted().reversed() {
                guard var delivery = state.unacknowledged.removeValue(forKey: tag) else { continue }
                // The baton's queue keeps one message, and drops a requeued baton if there is a newer one.
                let isEmpty = state.ready[delivery.queue.rawValue, default: []].isEmpty
                guard isEmpty || delivery.queue != .tickerBaton else { continue }
                delivery.message.headers["x-delivery-count"] = String(delivery.message.returnCount + 1)
                delivery.message.isRedelivered = true
                state.ready[delivery.queue.rawValue, default: []].insert(delivery.message, at: 0)
            }
        }
        wakeWaiters()
    }

    fileprivate func requeue(everythingOf subscriber: UInt64) {
        let held = state.withLock { $0.unacknowledged.filter { $0.value.subscriber == subscriber }.map(\.key) }
        requeue(held)
    }

    /// Changes a queue between two steps of a test: its order, duplicates, or a purge.
    public func rearrange(_ queue: String, _ change: (inout [InboundMessage]) -> Void) {
        state.withLock { change(&$0.ready[queue, default: []]) }
    }

    /// The waiting messages of a queue, by its name without the prefix: `dispatcher.due`, `courier.deliveries.dead`.
    public func waiting(in queue: String) -> [InboundMessage] {
        state.withLock { $0.ready[queue, default: []] }
    }

    /// All messages that a line of reports ever had, in the order in which the broker confirmed them.
    public func history(of queue: WorkQueue) -> [InboundMessage] {
        state.withLock { $0.reports[queue] ?? [] }
    }

    /// True when no work queue and no retry queue holds anything; dead letters and the baton do not count.
    public var isIdle: Bool {
        state.withLock { state in
            state.delayed.isEmpty && state.unacknowledged.values.allSatisfy { $0.queue == .tickerBaton }
                && WorkQueue.allCases.allSatisfy { $0 == .tickerBaton || state.ready[$0.rawValue, default: []].isEmpty }
        }
    }

    /// When the next message leaves a retry queue.
    public var nextRelease: Instant? {
        state.withLock { $0.delayed.map(\.releaseAt).min() }
    }

    /// The events that were published while no queue was bound for them.
    public var unrouted: [OutboundMessage] {
        state.withLock { $0.unrouted }
    }

    private func route(_ message: OutboundMessage, in state: inout State) -> Bool {
        let exchange = topology.name(of: message.exchange)
        var wasRouted = false
        for binding in topology.bindings
        where binding.exchange == exchange && [message.routingKey, RoutingKey.any].contains(binding.routingKey) {
            wasRouted = true
            state.lastNumber += 1
            let inbound = InboundMessage(
                tag: MessageTag(epoch: 0, number: state.lastNumber), exchange: exchange,
                routingKey: message.routingKey, headers: message.headers, id: message.id, body: message.body)
            let queue = String(binding.queue.dropFirst(topology.prefix.count + 1))
            if let step = RetryLadder.stepsSeconds.first(where: { RoutingKey.retry(stepSeconds: $0) == queue }) {
                state.delayed.append(Held(message: inbound, releaseAt: state.now.adding(seconds: step)))
            } else if queue == WorkQueue.tickerBaton.rawValue {
                state.ready[queue] = [inbound]
            } else {
                state.ready[queue, default: []].append(inbound)
                if let line = WorkQueue(rawValue: queue), line.reportLine != nil {
                    state.reports[line, default: []].append(inbound)
                }
            }
        }
        return wasRouted
    }

    private func wakeWaiters() {
        let ready = state.withLock { state in
            let keys = state.waiters.filter { !state.ready[$0.value.queue.rawValue, default: []].isEmpty }.keys
            return keys.compactMap { state.waiters.removeValue(forKey: $0)?.resume }
        }
        for continuation in ready { continuation.resume() }
    }

    fileprivate func waitForMessage(in queue: WorkQueue) async throws {
        let key = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.ready[queue.rawValue, default: []].isEmpty, !Task.isCancelled else { return true }
                    state.waiters[key] = (queue, continuation)
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: key)?.resume }?.resume(throwing: CancellationError())
        }
    }
}

private struct MemorySubscription: MessageSubscription {
    let broker: MemoryBroker
    let queue: WorkQueue
    let id: UInt64

    func next(limit: Int) async throws -> [InboundMessage] {
        while true {
            try Task.checkCancellation()
            let batch = broker.take(from: queue, limit: limit, subscriber: id)
            if !batch.isEmpty { return batch }
            try await broker.waitForMessage(in: queue)
        }
    }

    func acknowledge(_ tags: [MessageTag]) async {
        broker.acknowledge(tags)
    }

    func restart() async {
        broker.requeue(everythingOf: id)
    }
}
