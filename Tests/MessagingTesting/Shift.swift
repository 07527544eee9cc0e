public import Determinism
public import Messaging
import Synchronization

/// The connection of a consumer in a simulation: it delivers batches at given times, and then ends as at shutdown.
public final class Shift: MessageBroker, MessageSubscription {
    /// Messages that arrive together, `afterMilliseconds` after the start of the shift.
    public struct Batch: Sendable {
        public var afterMilliseconds: Int64
        public var messages: [InboundMessage]

        public init(afterMilliseconds: Int64 = 0, _ messages: [InboundMessage]) {
            self.afterMilliseconds = afterMilliseconds
            self.messages = messages
        }
    }

    private struct State {
        var batches: [Batch]
        var unacknowledged: Set<MessageTag>
        var acknowledged: [MessageTag] = []
        var published: [OutboundMessage] = []
    }

    private let broker: any MessageBroker
    private let subscription: (any MessageSubscription)?
    private let simulation: Simulation
    private let begunAt: Int64
    private let endsAfterMilliseconds: Int64
    private let isOver: (@Sendable () -> Bool)?
    private let state: Mutex<State>

    /// The shift ends after `endsAfterMilliseconds`. With `isOver` it ends earlier, once nothing in the simulation can
    /// continue, if `isOver` returns true or every message is acked. Publishes go to `broker`, acks to `subscription`.
    public init(
        _ batches: [Batch], broker: any MessageBroker, subscription: (any MessageSubscription)? = nil,
        simulation: Simulation, endsAfterMilliseconds: Int64, unless isOver: (@Sendable () -> Bool)? = nil
    ) {
        self.broker = broker
        self.subscription = subscription
        self.simulation = simulation
        begunAt = simulation.monotonicMilliseconds()
        self.endsAfterMilliseconds = endsAfterMilliseconds
        self.isOver = isOver
        state = Mutex(State(batches: batches, unacknowledged: Set(batches.flatMap { $0.messages.map(\.tag) })))
    }

    /// The tags of the acked messages, in the order of the acks.
    public var acknowledged: [MessageTag] { state.withLock { $0.acknowledged } }
    /// Messages that the broker has confirmed.
    public var published: [OutboundMessage] { state.withLock { $0.published } }
    public var faults: [String] { broker.faults }

    public func publish(_ messages: [OutboundMessage]) async throws(PublishError) {
        try await broker.publish(messages)
        state.withLock { $0.published += messages }
    }

    public func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription { self }

    public func next(limit: Int) async throws -> [InboundMessage] {
        let batch = state.withLock { $0.batches.isEmpty ? nil : $0.batches.removeFirst() }
        let elapsed = simulation.monotonicMilliseconds() - begunAt
        if let batch {
            if batch.afterMilliseconds > elapsed {
                try await simulation.sleep(milliseconds: batch.afterMilliseconds - elapsed)
            }
            return batch.messages
        }
        try await simulation.sleep(milliseconds: max(0, endsAfterMilliseconds - elapsed)) { [self] in
            guard let isOver else { return false }
            return isOver() || state.withLock { $0.unacknowledged.isEmpty }
        }
        throw CancellationError()
    }

    public func acknowledge(_ tags: [MessageTag]) async {
        state.withLock {
            $0.acknowledged += tags
            $0.unacknowledged.subtract(tags)
        }
        await subscription?.acknowledge(tags)
    }

    public func restart() async {
        await subscription?.restart()
    }
}
