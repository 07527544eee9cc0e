import Messaging

/// One queue of a `Consumer`.
struct RabbitSubscription: MessageSubscription {
    let consumer: Consumer
    /// Its name on the broker.
    let queue: String

    func next(limit: Int) async throws -> [InboundMessage] {
        try await consumer.next(from: queue, limit: limit)
    }

    func acknowledge(_ tags: [MessageTag]) async {
        await consumer.acknowledge(tags)
    }

    func restart() async {
        await consumer.restart(queue)
    }
}
