import JobCore
import Logging
import Messaging

/// The messages of a queue, without those that were published with a routing key of another queue.
///
/// RabbitMQ checks a publisher's permission for the routing key, and not for the keys in the headers `CC` and `BCC`,
/// which lead copies of a message to other queues. A copy has the routing key that it was published with, so a key that
/// does not lead to the queue unmasks it.
struct CheckedSubscription: MessageSubscription {
    let settlement: Settlement
    let subscription: any MessageSubscription

    func next(limit: Int) async throws -> [InboundMessage] {
        while true {
            let batch = try await subscription.next(limit: limit)
            let foreign = batch.filter { !settlement.queue.accepts(routingKey: $0.routingKey) }
            if foreign.isEmpty { return batch }
            switch await refuse(foreign) {
            case .acked:
                let own = batch.filter { settlement.queue.accepts(routingKey: $0.routingKey) }
                if !own.isEmpty { return own }
            // The whole batch is the broker's again.
            case .requeued: continue
            case .interrupted: throw CancellationError()
            }
        }
    }

    private func refuse(_ messages: [InboundMessage]) async -> Settlement.Outcome {
        let letters = messages.map { message in
            settlement.deadLetter(
                message, .forbidden,
                "it was published with the routing key “\(message.routingKey)”, which is not one "
                    + "of this queue's: a header CC or BCC led it here")
        }
        do {
            return try await settlement.settle(
                // The baton's queue has no dead letters; a lost baton is replaced.
                [.init(settlement.queue.hasDeadLetters ? letters : [])], on: subscription,
                heldSinceMilliseconds: settlement.time.monotonicMilliseconds(), acking: { messages.map(\.tag) })
        } catch {
            // A dead letter is cut to what AMQP can carry, so this is a fault of ours: the messages stay unacked.
            settlement.logger.critical("a dead letter cannot be published", metadata: ["error": "\(error)"])
            return .acked
        }
    }

    func acknowledge(_ tags: [MessageTag]) async { await subscription.acknowledge(tags) }

    func restart() async { await subscription.restart() }
}
