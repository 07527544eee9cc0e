import Messaging

/// A broker that confirms a publish when the test permits it.
final class GatedBroker: MessageBroker {
    /// The number of callbacks of each publish that has begun.
    let publishes: AsyncStream<Int>
    private let began: AsyncStream<Int>.Continuation
    private let permits: AsyncStream<Void>
    private let permitting: AsyncStream<Void>.Continuation

    init() {
        (publishes, began) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
        (permits, permitting) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    var faults: [String] { [] }

    /// Confirms one publish, that at work or the next one.
    func confirm() { permitting.yield() }

    func publish(_ messages: [OutboundMessage]) async throws(PublishError) {
        let counts = messages.map { message in
            let tag = MessageTag(epoch: 0, number: 1)
            let inbound = InboundMessage(
                tag: tag, exchange: "belfry", routingKey: message.routingKey, body: message.body)
            return (try? inbound.reports.count) ?? 0
        }
        began.yield(counts.reduce(0, +))
        for await _ in permits { break }
    }

    /// Waits for the next publish to begin, and returns the number of its callbacks.
    func nextPublish() async -> Int {
        for await count in publishes { return count }
        return 0
    }

    func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription {
        preconditionFailure("an endpoint only publishes")
    }
}
