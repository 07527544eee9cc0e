import Determinism
import JobCore
import Messaging
import MessagingTesting
import Store

/// The part of deadletterd: it publishes dead letters to where they came from.
extension PipelineWorld {
    /// The dead letters of deliveries that were refused, each with its queue.
    var refusals: [(queue: WorkQueue, letter: InboundMessage)] {
        [WorkQueue.courierDeliveries, .courierBulk].flatMap { queue in
            broker.waiting(in: "\(queue.rawValue).dead")
                .filter { $0.headers[Header.deadReason] == DeadLetterReason.refused.rawValue }.map { (queue, $0) }
        }
    }

    /// Replays some of the refused deliveries. Some letters stay, as if deadletterd had died before its ack.
    func replaySomeLetters(percent: Int = 50) async {
        for (queue, letter) in refusals where random.chance(percent) {
            await replay(letter, of: queue, isKept: random.chance(20))
        }
    }

    /// Publishes a letter to its origin, and removes it unless `isKept`.
    func replay(_ letter: InboundMessage, of queue: WorkQueue, isKept: Bool = false) async {
        guard let delivery = try? DeliveryRequested(reading: letter), let key = letter.headers[Header.originRoutingKey]
        else { return }
        let details = [
            Header.deadReason, Header.deadError, Header.deadAt, Header.originExchange, Header.originRoutingKey,
            Header.originQueue,
        ]
        var headers = letter.ownHeaders.filter { !details.contains($0.key) }
        let count = delivery.replays.count + 1
        headers[Header.replays] = String(count)
        let message = OutboundMessage(routingKey: key, headers: headers, id: letter.id, body: letter.body)
        guard (try? await broker.publish([message])) != nil else { return }
        if !isKept { broker.rearrange("\(queue.rawValue).dead") { $0.removeAll { $0.tag == letter.tag } } }
        let failed = delivery.executionID
        let retry = Execution.id(ofReplayOf: failed)
        let leadsToRetry = store.ends[failed]?.status == .fail || ledger.replays[retry]?.leadsToRetry == true
        ledger.replays[retry] = Ledger.Replay(of: failed, job: delivery.jobName, leadsToRetry: leadsToRetry)
    }

    /// Notes that these messages were purged. Nothing follows from the replays among them.
    func notePurged(_ messages: [InboundMessage]) {
        for message in messages {
            guard let delivery = try? DeliveryRequested(reading: message), !delivery.replays.isJudged else { continue }
            ledger.replays[Execution.id(ofReplayOf: delivery.executionID)]?.leadsToRetry = false
        }
    }

    /// Guarantee: a replay leads to at most one retry, of an execution that has failed, and to exactly one if it had
    /// failed before.
    func faultsOfReplays(_ executions: [Execution]) -> [String] {
        let byID = Dictionary(uniqueKeysWithValues: executions.map { ($0.id, $0) })
        return ledger.replays.compactMap { id, replay in
            guard let retry = byID[id] else {
                let isExcused = !replay.leadsToRetry || deletedAt(replay.job) != nil
                return isExcused ? nil : "the replay of \(replay.of) has no retry"
            }
            guard retry.retryOf == replay.of, retry.trigger == .retry else {
                return "\(id) does not name the execution whose delivery was replayed"
            }
            let failed = byID[replay.of]?.state
            return failed?.status == .fail
                ? nil : "\(id) retries an execution that has not failed: \(String(describing: failed))"
        }.sorted()
    }

    /// Guarantee: a delivery that was refused for good left a dead letter, unless it was a test.
    func faultsOfRefusals(_ executions: [Execution]) -> [String] {
        let kept = refusals.compactMap { try? DeliveryRequested(reading: $0.letter).executionID }
        let known = Set(kept).union(ledger.replays.values.map(\.of))
        return executions.compactMap { execution in
            let isRefused = execution.state.reason == .invocation && execution.trigger != .test
            return isRefused && !known.contains(execution.id)
                ? "the refused delivery of \(execution.id) is no dead letter" : nil
        }
    }

    /// True for the dead letter of a refused delivery, and for the replay of one whose job was deleted.
    func isRefusal(_ letter: InboundMessage, in queue: WorkQueue) -> Bool {
        guard let delivery = try? DeliveryRequested(reading: letter), !delivery.isTest else { return false }
        switch queue {
        case .courierDeliveries, .courierBulk:
            return letter.headers[Header.deadReason] == DeadLetterReason.refused.rawValue
                && letter.headers[Header.deadAttempts] == String(delivery.attempt)
                && services.posts[delivery.executionID, default: []].contains { !$0.isAccepted }
        case .dispatcherDeliveries:
            return letter.headers[Header.deadReason] == DeadLetterReason.failing.rawValue
                && !delivery.replays.isJudged && deletedAt(delivery.jobName) != nil
        default: return false
        }
    }
}
