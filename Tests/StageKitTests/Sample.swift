import Logging
import Messaging
import MessagingTesting
import Synchronization

enum Sample {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func messages(_ ids: [String]) -> [OutboundMessage] {
        ids.map { OutboundMessage(routingKey: RoutingKey.scheduleDue, id: $0, body: Array($0.utf8)) }
    }
}

/// The calls of a test, in order.
final class Journal: Sendable {
    private let lines = Mutex<[String]>([])

    func note(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}

/// A handler that answers as scripted, and writes each batch to the journal.
struct ScriptedHandler: MessageHandler {
    let journal: Journal
    let answer: @Sendable ([InboundMessage]) throws -> HandledBatch

    func handle(_ batch: [InboundMessage]) async throws -> HandledBatch {
        journal.note("handle " + batch.map { $0.id ?? "-" }.joined(separator: ","))
        return try answer(batch)
    }

    /// One outbound message for each message of the batch.
    static func echo(_ batch: [InboundMessage]) -> HandledBatch {
        HandledBatch(
            messages: batch.map {
                OutboundMessage(routingKey: RoutingKey.deliveryRequested, id: "for \($0.id ?? "-")", body: $0.body)
            })
    }
}

/// A broker that writes each publish to the journal, and first fails with the given errors.
final class WatchedBroker: MessageBroker {
    private let broker: MemoryBroker
    private let journal: Journal
    private let failures: Mutex<[PublishError]>

    init(_ broker: MemoryBroker, _ journal: Journal, failing failures: [PublishError] = []) {
        self.broker = broker
        self.journal = journal
        self.failures = Mutex(failures)
    }

    var faults: [String] { broker.faults }

    func publish(_ messages: [OutboundMessage]) async throws(PublishError) {
        let failure = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        let ids = messages.map { "\($0.exchange == .dead ? "dead " : "")\($0.id ?? "-")" }
        journal.note((failure == nil ? "publish " : "fail ") + ids.joined(separator: ","))
        if let failure { throw failure }
        try await broker.publish(messages)
    }

    func subscribe(to queue: WorkQueue, prefetch: Int) async -> any MessageSubscription {
        WatchedSubscription(subscription: await broker.subscribe(to: queue, prefetch: prefetch), journal: journal)
    }
}

private struct WatchedSubscription: MessageSubscription {
    let subscription: any MessageSubscription
    let journal: Journal

    func next(limit: Int) async throws -> [InboundMessage] { try await subscription.next(limit: limit) }

    func acknowledge(_ tags: [MessageTag]) async {
        journal.note("ack \(tags.count)")
        await subscription.acknowledge(tags)
    }

    func restart() async { journal.note("restart") }
}
