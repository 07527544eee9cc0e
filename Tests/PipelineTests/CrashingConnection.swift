import Messaging
import MessagingTesting
import Synchronization

/// The broker connection of one process, which can crash at a chosen point.
final class CrashingConnection: MessageBroker, MessageSubscription {
    private struct State {
        var crash: Crash?
        var publishesBefore = 0
        var hasCrashed = false
        var freeze: (point: Crash, publishesBefore: Int, gate: Gate)?
        /// The broker has closed it, and the process does not know that yet.
        var isDropped = false
        var held: [MessageTag] = []
    }

    private let broker: MemoryBroker
    private let queue: WorkQueue?
    private let state = Mutex(State())
    private let sent = Mutex<Set<String>>([])

    init(_ broker: MemoryBroker, queue: WorkQueue? = nil) {
        self.broker = broker
        self.queue = queue
    }

    /// Makes the process crash at its next publish, or at a later one.
    func crash(at crash: Crash?, afterPublishes count: Int = 0) {
        state.withLock { ($0.crash, $0.publishesBefore) = (crash, count) }
    }

    /// Makes the process stand still at its next publish, or at a later one.
    func freeze(at point: Crash, afterPublishes count: Int, _ gate: Gate) {
        state.withLock { $0.freeze = (point, count, gate) }
    }

    /// The broker drops the connection: unacked messages are requeued, and the process can't ack them any more.
    func drop() {
        let held = state.withLock { state in
            state.isDropped = true
            return state.held
        }
        broker.requeue(held)
    }

    var faults: [String] { broker.faults }
    var hasCrashed: Bool { state.withLock { $0.hasCrashed } }

    /// Ends the connection: unacked messages are requeued. Afterwards it serves another process.
    func close() {
        let held = state.withLock { state in
            let held = state.isDropped ? [] : state.held
            state = State()
            return held
        }
        broker.requeue(held)
    }

    func take(_ limit: Int) -> [InboundMessage] {
        guard let queue else { return [] }
        let batch = broker.take(from: queue, limit: limit)
        state.withLock { $0.held += batch.map(\.tag) }
        return batch
    }

    /// The ids of the deliveries that were requested over this connection.
    var requestedDeliveries: Set<String> { sent.withLock { $0 } }

    private func send(_ messages: [OutboundMessage]) async throws(PublishError) {
        try await broker.publish(messages)
        sent.withLock { sent in
            sent.formUnion(messages.filter { $0.routingKey == RoutingKey.deliveryRequested }.compactMap(\.id))
        }
    }

    func publish(_ messages: [OutboundMessage]) async throws(PublishError) {
        if let (point, gate) = freezeNow() { return try await send(messages, standingAt: point, gate) }
        let (crash, hadCrashed) = state.withLock { state -> (Crash?, Bool) in
            guard let crash = state.crash, !state.hasCrashed else { return (nil, state.hasCrashed) }
            guard state.publishesBefore == 0 else {
                state.publishesBefore -= 1
                return (nil, false)
            }
            state.hasCrashed = true
            return (crash, false)
        }
        if crash != nil { withUnsafeCurrentTask { $0?.cancel() } }
        switch crash {
        case nil where hadCrashed, .beforePublish: throw .unavailable("the process crashed")
        case .amidPublish:
            try await send(Array(messages.prefix(messages.count / 2)))
            throw .unavailable("the process crashed")
        case nil, .afterPublish: try await send(messages)
        }
    }

    private func freezeNow() -> (Crash, Gate)? {
        state.withLock { state in
            guard let (point, count, gate) = state.freeze else { return nil }
            state.freeze = count == 0 ? nil : (point, count - 1, gate)
            return count == 0 ? (point, gate) : nil
        }
    }

    private func send(
        _ messages: [OutboundMessage], standingAt point: Crash, _ gate: Gate
    ) async throws(PublishError) {
        let before =
            switch point {
            case .beforePublish: 0
            case .amidPublish: messages.count / 2
            case .afterPublish: messages.count
            }
        try await send(Array(messages.prefix(before)))
        gate.stand()
        try await send(Array(messages.dropFirst(before)))
    }

    func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription {
        self
    }

    func next(limit: Int) async throws -> [InboundMessage] {
        take(limit)
    }

    func acknowledge(_ tags: [MessageTag]) async {
        guard !hasCrashed, !state.withLock(\.isDropped) else { return }
        broker.acknowledge(tags)
    }

    func restart() async {
        close()
    }
}
