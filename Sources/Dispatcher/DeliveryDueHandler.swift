import CoreMetrics
public import JobCore
public import Logging
public import Messaging
import StageKit
public import Store

/// Requests the deliveries whose wait in the retry ladder is over, if their executions still wait for them. Every retry
/// and every deferred delivery comes this way, so that nothing is delivered after its end. Sends marks on, behind the
/// deliveries that they have passed.
public struct DeliveryDueHandler: MessageHandler {
    private enum Item {
        case delivery(DeliveryRequested, headers: [String: String])
        case mark(DeliveryMark)
    }

    private let store: any DispatchStore
    private let time: any TimeSource
    private let logger: Logger
    private let dropped: [ReturnDecision.DropReason: Counter]

    public init(store: any DispatchStore, time: any TimeSource, logger: Logger) {
        self.store = store
        self.time = time
        self.logger = logger
        dropped = Dictionary(
            uniqueKeysWithValues: ReturnDecision.DropReason.allCases.map {
                ($0, Counter(label: "belfry_deliveries_dropped_total", dimensions: [("reason", $0.rawValue)]))
            })
    }

    public func handle(_ batch: [InboundMessage]) async throws -> HandledBatch {
        let read = batch.decoded { message throws(UnreadableMessage) in
            message.isMark
                ? Item.mark(try DeliveryMark(reading: message))
                : .delivery(try DeliveryDue(reading: message).delivery, headers: message.ownHeaders)
        }
        let executions = try await executions(of: read.messages)
        let now = time.now()
        // A rotation may have happened while they waited.
        let services = Set(executions.values.map(\.jobName.service))
        let secrets = services.isEmpty ? [:] : try await store.validSecrets(of: services, at: now)
        var (messages, marks): ([OutboundMessage], [OutboundMessage]) = ([], [])
        for item in read.messages {
            switch item {
            case .delivery(let delivery, let headers):
                guard var delivery = requested(delivery, of: executions[delivery.executionID], now: now) else {
                    continue
                }
                delivery.secrets = secrets[delivery.jobName.service] ?? .derived
                messages.append(OutboundMessage(afterItsWait: delivery, headers: headers))
            case .mark(let mark): if let next = mark.next { marks.append(OutboundMessage(next)) }
            }
        }
        return HandledBatch(messages: messages, marks: marks, dead: read.dead)
    }

    private func executions(of items: [Item]) async throws(StoreError) -> [ExecutionID: Execution] {
        let ids = items.compactMap { item in
            if case .delivery(let delivery, _) = item { delivery.executionID } else { nil }
        }
        let recorded = ids.isEmpty ? [] : try await store.recorded(ids)
        return Dictionary(recorded.map { ($0.execution.id, $0.execution) }) { first, _ in first }
    }

    /// The delivery as the record has it now; nil when the execution does not wait for it.
    private func requested(
        _ delivery: DeliveryRequested, of execution: Execution?, now: Instant
    ) -> DeliveryRequested? {
        switch ReturnDecision.decide(attempt: delivery.attempt, of: execution, now: now) {
        case .request(let deadline):
            var delivery = delivery
            delivery.requestedAt = now
            delivery.deadline = deadline
            if let execution {
                // What courierd has reported may be on its way to the record.
                delivery.deferrals.recordedDueAt = max(
                    delivery.deferrals.recordedDueAt ?? execution.attemptDueAt, execution.attemptDueAt)
            }
            return delivery
        case .drop(let reason):
            dropped[reason]?.increment()
            logger.info(
                "not delivered after its wait",
                metadata: [
                    "execution_id": "\(delivery.executionID)", "job": "\(delivery.jobName)",
                    "attempt": "\(delivery.attempt)", "reason": "\(reason.rawValue)",
                ])
            return nil
        }
    }
}
