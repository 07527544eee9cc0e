import JobCore
public import Logging
public import Messaging

/// RabbitMQ as a `MessageBroker`: one connection publishes, another consumes, each on a thread of its own.
///
/// Two connections, because a broker with a memory or disk alarm stops reading from connections that publish, acks
/// included (RabbitMQ, "Memory and Disk Alarms"). Stages that publish events have a third for these: see
/// `EventPublisher`.
///
///     let broker = RabbitBroker(
///         options: options, topology: topology, consumes: true, publishesEvents: false, logger: logger)
///     async let connections: Void = broker.run()
///     try await broker.publish(messages)
public struct RabbitBroker: MessageBroker {
    private let publisher: Publisher
    private let events: EventPublisher?
    private let consumer: Consumer?
    /// Of the queues that have a connection of their own.
    private let ownConsumers: [WorkQueue: Consumer]
    private let topology: Topology
    /// Made once: a message costs no new string.
    private let pipelineExchange: String

    /// Opens nothing yet: `run` does. A program that `consumes` nothing or publishes no events has no connection for
    /// it. Each of the queues `consumedApart` is consumed on a connection of its own: it can be restarted without a
    /// return of other queues' messages, and another program gets its messages then.
    public init(
        options: ConnectionOptions, topology: Topology, consumes: Bool, consumedApart: [WorkQueue] = [],
        publishesEvents: Bool, logger: Logger
    ) {
        let events = publishesEvents ? EventPublisher(options: options, logger: logger) : nil
        self.init(
            options: options, topology: topology, consumes: consumes, consumedApart: consumedApart, events: events,
            logger: logger)
    }

    init(
        options: ConnectionOptions, topology: Topology, consumes: Bool, consumedApart: [WorkQueue] = [],
        events: EventPublisher?, logger: Logger
    ) {
        self.topology = topology
        pipelineExchange = topology.name(of: .pipeline)
        publisher = Publisher(options: options, endsRefusals: true, logger: logger)
        self.events = events
        consumer = consumes ? Consumer(options: options, logger: logger) : nil
        ownConsumers = Dictionary(
            uniqueKeysWithValues: consumedApart.map { ($0, Consumer(options: options, logger: logger)) })
    }

    /// Keeps the connections open, and reconnects after a loss, until the task is cancelled. Run it once.
    public func run() async {
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await publisher.run() }
                group.addTask { await publisher.endOverdueWaits() }
                if let events {
                    group.addTask { await events.publisher.run() }
                    group.addTask { await events.publisher.endOverdueWaits() }
                }
                for consumer in consumers { group.addTask { await consumer.run() } }
            }
        } onCancel: {
            publisher.interrupt()
            events?.publisher.interrupt()
            for consumer in consumers { consumer.interrupt() }
        }
    }

    /// See `MessageBroker.publish`. Throws at once while the connection is lost or blocked, or while the broker
    /// confirms nothing; and within some seconds when that begins. Events are published, but a subscriber's queue that
    /// refuses them or does not confirm them is no error.
    public func publish(_ messages: [OutboundMessage]) async throws(PublishError) {
        if let fault = messages.lazy.compactMap(\.fault).first { throw .unsendable(fault) }
        guard let events, messages.contains(where: { !$0.isMandatory }) else {
            return try await publisher.publish(messages.map(addressed))
        }
        async let failure = events.publish(messages.filter { !$0.isMandatory }.map(addressed))
        try await publisher.publish(messages.filter(\.isMandatory).map(addressed))
        if let failure = await failure { throw failure }
    }

    private func addressed(_ message: OutboundMessage) -> AMQPMessage {
        AMQPMessage(
            exchange: message.exchange == .pipeline ? pipelineExchange : topology.name(of: message.exchange),
            routingKey: message.routingKey, headers: message.headers, id: message.id,
            body: message.body, isMandatory: message.isMandatory)
    }

    /// See `MessageBroker.subscribe`. A program may subscribe to a queue once.
    public func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription {
        guard let consumer = ownConsumers[queue] ?? consumer else {
            preconditionFailure("a broker made with consumes: false has no subscriptions")
        }
        let name = topology.name(of: queue)
        await consumer.subscribe(to: name, prefetch: prefetch)
        return RabbitSubscription(consumer: consumer, queue: name)
    }

    /// A line for each connection on which messages can't pass now; empty when all is well.
    public var faults: [String] {
        Self.lines(
            publisher.fault, events: events?.publisher.state.fault, consumers: consumers.lazy.compactMap(\.state.fault))
    }

    /// The same as `faults` for an answer: without hosts and what the broker said, which are logged.
    public var outages: [String] {
        let publishing = publisher.fault.map { _ in publisher.state.outage ?? "the broker confirms nothing" }
        return Self.lines(
            publishing, events: events?.publisher.state.outage, consumers: consumers.lazy.compactMap(\.state.outage))
    }

    private var consumers: [Consumer] { [consumer].compactMap(\.self) + ownConsumers.values }

    /// One line for all consumers: they have the same broker.
    private static func lines(_ publish: String?, events: String?, consumers: some Sequence<String>) -> [String] {
        let faults = [("publish", publish), ("events", events), ("consume", consumers.first { _ in true })]
        return faults.compactMap { role, fault in fault.map { "broker (\(role)): \($0)" } }
    }
}
