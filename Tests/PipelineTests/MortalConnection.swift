import Messaging
import MessagingTesting
import Synchronization

/// Where in a pass a process dies, as if by `kill -9`.
enum Death: CaseIterable {
    /// Its transaction is committed, nothing is published.
    case beforePublish
    /// Half of its messages are out.
    case amidPublish
    /// All are out and confirmed, nothing is acknowledged.
    case afterPublish
}

/// One process's way to the broker, which can die with it at a chosen point.
final class MortalConnection: MessageBroker, MessageSubscription {
    private struct State {
        var death: Death?
        var publishesBefore = 0
        var isDead = false
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

    /// The next publish, or one of those after it, is the last thing that this process does.
    func doom(to death: Death?, afterPublishes count: Int = 0) {
        state.withLock { ($0.death, $0.publishesBefore) = (death, count) }
    }

    var faults: [String] { broker.faults }
    var isDead: Bool { state.withLock { $0.isDead } }

    /// What the broker does when a connection ends: what was not acknowledged goes back. Another process takes over.
    func close() {
        let held = state.withLock { state in
            let held = state.held
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

    /// The ids of the deliveries that were asked for over this connection.
    var requestedDeliveries: Set<String> { sent.withLock { $0 } }

    private func send(_ messages: [OutboundMessage]) async throws(PublishError) {
        try await broker.publish(messages)
        sent.withLock { sent in
            sent.formUnion(messages.filter { $0.routingKey == RoutingKey.deliveryRequested }.compactMap(\.id))
        }
    }

    func publish(_ messages: [OutboundMessage]) async throws(PublishError) {
        let (death, wasDead) = state.withLock { state -> (Death?, Bool) in
            guard let death = state.death, !state.isDead else { return (nil, state.isDead) }
            guard state.publishesBefore == 0 else {
                state.publishesBefore -= 1
                return (nil, false)
            }
            state.isDead = true
            return (death, false)
        }
        if death != nil { withUnsafeCurrentTask { $0?.cancel() } }
        switch death {
        case nil where wasDead, .beforePublish: throw .unavailable("the process died")
        case .amidPublish:
            try await send(Array(messages.prefix(messages.count / 2)))
            throw .unavailable("the process died")
        case nil, .afterPublish: try await send(messages)
        }
    }

    func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription {
        self
    }

    func next(limit: Int) async throws -> [InboundMessage] {
        take(limit)
    }

    func acknowledge(_ tags: [MessageTag]) async {
        guard !isDead else { return }
        broker.acknowledge(tags)
    }

    func restart() async {
        close()
    }
}
