import JobCore
import Logging
import Messaging
import StageKit
import Synchronization

/// Publishes the results of deliveries, those that end at about the same time together, and acks their messages.
///
/// It belongs to the courier and runs on its actor, so that handing over a result costs no change of task.
final class Outbox {
    private struct Entry {
        /// Nil for a message that could not be read.
        var trip: Delivery.Trip?
        var message: InboundMessage
        var result: DeliveryResult
    }

    private let settlement: Settlement
    private let time: any TimeSource
    private var entries: [Entry] = []
    /// What is being published now.
    private var settling: [Entry] = []
    private var wake: CheckedContinuation<Void, Never>?
    private let isClosed = Flag()

    private final class Flag: Sendable {
        let value = Atomic(false)
    }

    init(
        of queue: WorkQueue, broker: any MessageBroker, time: any TimeSource,
        randomFraction: @escaping @Sendable () -> Double,
        logger: Logger
    ) {
        let isClosed = isClosed
        settlement = Settlement(
            of: queue, broker: broker, time: time, logger: logger,
            sleep: { milliseconds in
                // Until `close`, shutdown does not end the retries: attempts are still in flight, and must be reported.
                guard !isClosed.value.load(ordering: .relaxed) else { throw CancellationError() }
                try await time.sleep(milliseconds: milliseconds)
            }, jitter: randomFraction)
        self.time = time
    }

    /// Starts to consume the deliveries.
    func subscribe(prefetch: Int) async -> any MessageSubscription { await settlement.subscribe(prefetch: prefetch) }

    /// Takes the result of a delivery; `trip` is nil for a message that could not be read. `run` publishes it.
    func add(_ result: DeliveryResult, of message: InboundMessage, trip: Delivery.Trip?) {
        entries.append(Entry(trip: trip, message: message, result: result))
        resume()
    }

    /// Whether the result of this message is not published yet.
    func holds(_ tag: MessageTag) -> Bool { (entries + settling).contains { $0.message.tag == tag } }

    /// Call it when no more results follow: `run` then returns once everything is published, or once that fails.
    func close() {
        isClosed.value.store(true, ordering: .relaxed)
        resume()
    }

    /// Publishes and acks until `close`. `settled` returns the tags to ack for deliveries that have ended.
    func run(
        _ subscription: any MessageSubscription, settled: ([Delivery.Trip]) -> [MessageTag]
    ) async {
        while true {
            if entries.isEmpty {
                if isClosed.value.load(ordering: .relaxed) { return }
                await withCheckedContinuation { wake = $0 }
            } else {
                (settling, entries) = (entries, [])
                await settle(settling, subscription, settled)
                settling = []
            }
        }
    }

    private func resume() {
        wake?.resume()
        wake = nil
    }

    /// Settles a batch. If AMQP cannot carry one of its messages, each delivery is settled alone, and the delivery at
    /// fault becomes a dead letter.
    private func settle(
        _ batch: [Entry], _ subscription: any MessageSubscription, _ settled: ([Delivery.Trip]) -> [MessageTag]
    ) async {
        do throws(PublishError) {
            // A refusal is reported once its dead letter is kept: an execution that has failed is not attempted again.
            let reports = ReportBatch.joined(batch.flatMap(messages))
            let steps = [batch.compactMap(letter), reports].filter { !$0.isEmpty }
            let outcome = try await settlement.settle(
                steps.map { .init($0) }, on: subscription, heldSinceMilliseconds: time.monotonicMilliseconds()
            ) {
                // Called after the confirms, so that a message that was redelivered meanwhile is acked, too.
                batch.flatMap { entry in entry.trip.map { settled([$0]) } ?? [entry.message.tag] }
            }
            // The broker redelivers their messages. The deliveries stay in hand, so that no webhook is repeated: the
            // new messages join them, and their results are published as soon as the broker is available.
            if outcome == .requeued { entries = batch.filter { $0.trip != nil } + entries }
        } catch {
            guard batch.count == 1, var entry = batch.first else {
                for entry in batch { await settle([entry], subscription, settled) }
                return
            }
            // A dead letter is cut to what AMQP can carry, so a second failure is a fault of ours: it stays unacked.
            if case .deadLetter = entry.result { return }
            entry.result = .deadLetter(.failing, error: "\(error)")
            await settle([entry], subscription, settled)
        }
    }

    private func messages(of entry: Entry) -> [OutboundMessage] {
        switch entry.result {
        case .publish(let messages), .refuse(_, let messages): messages
        case .deadLetter: []
        }
    }

    private func letter(of entry: Entry) -> OutboundMessage? {
        switch entry.result {
        case .publish: return nil
        case .deadLetter(let reason, let error): return settlement.deadLetter(entry.message, reason, error)
        case .refuse(let attempt, _):
            var letter = settlement.deadLetter(entry.message, .refused, attempt.error ?? "refused")
            letter.headers[Header.deadAttempts] = String(attempt.number)
            letter.headers[Header.refusedAttempt] = String(attempt.number)
            return letter
        }
    }
}
