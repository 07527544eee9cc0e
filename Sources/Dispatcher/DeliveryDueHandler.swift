import CoreMetrics
public import JobCore
public import Logging
public import Messaging
import StageKit
public import Store

/// Requests the deliveries whose wait in the retry ladder is over, if their executions still wait for them. Every retry
/// and every deferred delivery comes this way, so that nothing is delivered after its end. So does every replayed
/// delivery; one whose execution has failed meanwhile leads to a retry. Sends marks on, behind the deliveries that they
/// have passed.
public struct DeliveryDueHandler: MessageHandler {
    private enum Item {
        case delivery(DeliveryRequested, InboundMessage)
        case mark(DeliveryMark)
    }

    /// What a batch leads to.
    private struct Results {
        var messages: [OutboundMessage] = []
        var marks: [OutboundMessage] = []
        var retries: [NewExecution] = []
        var dead: [HandledBatch.DeadLetter] = []
    }

    private let store: any DispatchStore
    private let retries: LinkedRetries
    private let time: any TimeSource
    private let logger: Logger
    private let dropped: [ReturnDecision.DropReason: Counter]

    /// `share` is the one of all handlers of the process.
    public init(store: any DispatchStore, share: ServiceShare, time: any TimeSource, logger: Logger) {
        self.store = store
        self.time = time
        self.logger = logger
        retries = LinkedRetries(store: store, share: share, time: time, logger: logger)
        dropped = Dictionary(
            uniqueKeysWithValues: ReturnDecision.DropReason.allCases.map {
                ($0, Counter(label: "belfry_deliveries_dropped_total", dimensions: [("reason", $0.rawValue)]))
            })
    }

    public func handle(_ batch: [InboundMessage]) async throws -> HandledBatch {
        let read = batch.decoded { message throws(UnreadableMessage) in
            message.isMark
                ? Item.mark(try DeliveryMark(reading: message))
                : .delivery(try DeliveryDue(reading: message).delivery, message)
        }
        let executions = try await executions(of: read.messages)
        let now = time.now()
        // A rotation may have happened while they waited.
        let services = Set(executions.values.map(\.jobName.service))
        let secrets = services.isEmpty ? [:] : try await store.validSecrets(of: services, at: now)
        var results = Results(dead: read.dead)
        var (count, bytes): (Int?, Int) = (nil, 0)
        for (index, item) in zip(read.indices, read.messages) {
            // The batch is small, but the jobs of its retries may be large.
            guard bytes < MessageLimits.batchBytesMax else {
                count = index
                break
            }
            switch item {
            case .mark(let mark): if let next = mark.next { results.marks.append(OutboundMessage(next)) }
            case .delivery(var delivery, let message):
                let execution = executions[delivery.executionID]
                delivery.secrets = secrets[delivery.jobName.service] ?? .derived
                if delivery.replays.isJudged {
                    let decision = ReturnDecision.decide(attempt: delivery.attempt, of: execution, now: now)
                    carryOut(decision, delivery, of: execution, message, now: now, into: &results)
                } else {
                    let decision = ReplayDecision.decide(delivery, of: execution, now: now)
                    bytes += try await carryOut(
                        decision, delivery, of: execution, message, at: index, now: now, into: &results)
                }
            }
        }
        let messages = try await retries.record(results.retries)
        return HandledBatch(
            messages: results.messages + messages, marks: results.marks, dead: results.dead, count: count)
    }

    private func executions(of items: [Item]) async throws(StoreError) -> [ExecutionID: Execution] {
        let ids = items.compactMap { item in
            if case .delivery(let delivery, _) = item { delivery.executionID } else { nil }
        }
        let recorded = ids.isEmpty ? [] : try await store.recorded(ids)
        return Dictionary(recorded.map { ($0.execution.id, $0.execution) }) { first, _ in first }
    }

    /// Requests the delivery as the record has it now, or drops it.
    private func carryOut(
        _ decision: ReturnDecision, _ delivery: DeliveryRequested, of execution: Execution?,
        _ message: InboundMessage, now: Instant, into results: inout Results
    ) {
        switch decision {
        case .request(let deadline):
            var delivery = delivery
            delivery.requestedAt = now
            delivery.deadline = deadline
            if !delivery.replays.isJudged {
                delivery.replays = delivery.replays.judged
                // A replay begins anew.
                delivery.deferrals = Deferrals()
            }
            if let execution {
                // What courierd has reported may be on its way to the record.
                delivery.deferrals.recordedDueAt = max(
                    delivery.deferrals.recordedDueAt ?? execution.attemptDueAt, execution.attemptDueAt)
            }
            results.messages.append(OutboundMessage(afterItsWait: delivery, headers: message.ownHeaders))
        case .drop(let reason):
            dropped[reason]?.increment()
            logger.info(
                "not delivered after its wait",
                metadata: [
                    "execution_id": "\(delivery.executionID)", "job": "\(delivery.jobName)",
                    "attempt": "\(delivery.attempt)", "reason": "\(reason.rawValue)",
                ])
        }
    }

    /// Returns the bytes of the job that was read.
    private func carryOut(
        _ decision: ReplayDecision, _ delivery: DeliveryRequested, of execution: Execution?,
        _ message: InboundMessage, at index: Int, now: Instant, into results: inout Results
    ) async throws(StoreError) -> Int {
        switch decision {
        case .deliver(let decision): carryOut(decision, delivery, of: execution, message, now: now, into: &results)
        // Not judged: a courier sends it back, and waits longer each time.
        case .wait: results.messages.append(OutboundMessage(afterItsWait: delivery, headers: message.ownHeaders))
        case .retry:
            guard let execution else { break }
            let retry = try await retries.retry(
                of: execution, replays: delivery.replays, headers: message.ownHeaders,
                mayHaveBeenHandled: message.mayHaveBeenHandled)
            if let retry {
                results.retries.append(retry)
                return retry.job.deliveryBytes
            }
            results.dead.append(
                .init(index: index, reason: .failing, error: "there is no job \(execution.jobName) to retry"))
        case .unknown:
            results.dead.append(
                .init(
                    index: index, reason: .unknownExecution,
                    error: "the execution \(delivery.executionID) is not on record: its history was removed"))
        }
        return 0
    }
}
