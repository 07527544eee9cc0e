import JobCore
import Logging
import Messaging

/// The messages of a queue, without those of a newer version, and without those that were published with a routing key
/// of another queue.
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
            let faults = batch.map(fault)
            let refused = zip(batch, faults).compactMap { message, fault in fault.map { (message, $0) } }
            if refused.isEmpty { return batch }
            switch await refuse(refused) {
            case .acked:
                let own = zip(batch, faults).filter { $1 == nil }.map(\.0)
                if !own.isEmpty { return own }
            // The whole batch is the broker's again.
            case .requeued: continue
            case .interrupted: throw CancellationError()
            }
        }
    }

    private struct Fault: Equatable {
        var reason: DeadLetterReason
        var text: String
    }

    /// Why a message is not handled; nil if it is.
    private func fault(_ message: InboundMessage) -> Fault? {
        guard settlement.queue.accepts(routingKey: message.routingKey) else {
            return Fault(
                reason: .forbidden,
                text: "it was published with the routing key “\(message.routingKey)”, which is not one "
                    + "of this queue's: a header CC or BCC led it here")
        }
        return MessageVersion.fault(in: message.headers).map { Fault(reason: .unreadable, text: $0) }
    }

    private func refuse(_ messages: [(InboundMessage, Fault)]) async -> Settlement.Outcome {
        let letters = messages.map { settlement.deadLetter($0, $1.reason, $1.text) }
        do {
            return try await settlement.settle(
                // The baton's queue has no dead letters; a lost baton is replaced.
                [.init(settlement.queue.hasDeadLetters ? letters : [])], on: subscription,
                heldSinceMilliseconds: settlement.time.monotonicMilliseconds(), acking: { messages.map(\.0.tag) })
        } catch {
            // A dead letter is cut to what AMQP can carry, so this is a fault of ours: the messages stay unacked.
            settlement.logger.critical("a dead letter cannot be published", metadata: ["error": "\(error)"])
            return .acked
        }
    }

    func acknowledge(_ tags: [MessageTag]) async { await subscription.acknowledge(tags) }

    func restart() async { await subscription.restart() }
}
