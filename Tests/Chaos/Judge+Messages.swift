import JobCore
import Messaging

extension Judge {
    private static let callbackAnswerMilliseconds: Int64 = 4_000
    /// After a fault of the broker, an endpoint may refuse callbacks for so long. A broker that was just started may
    /// confirm nothing on a connection while its queues elect their leaders; after 20 s the connection is made anew.
    private static let refusalMilliseconds: Int64 = 15_000

    /// The letters of one queue that a stage publishes together: each poison comes in two forms.
    private static let lettersInHandMax = 2
    /// A fault of the broker lasts about 15 s with what follows it, and a publication is given up after 2 s or more.
    private static let publishTriesMax = 8

    /// Guarantees: a message that can't be handled or a delivery that was refused is a dead letter, and no other is; a
    /// callback is answered at once, with 503 if need be.
    func messages() -> [Finding] {
        WorkQueue.allCases.filter(\.hasDeadLetters).flatMap(deadLetters) + unanswered()
    }

    private func deadLetters(of queue: WorkQueue) -> [Finding] {
        let poison = facts.poison[queue] ?? 0
        let found = facts.deadLetters[queue] ?? 0
        // Two poison messages may stand in a queue when it is purged.
        let purges = 2 * facts.disturbances.filter { $0.fault == .purge(queue) }.count
        // A stage that dies between the publication of a dead letter and the ack repeats it.
        let owner = String(queue.rawValue.prefix { $0 != "." })
        // So does one whose publication is not confirmed in time, with each try of the letters that it has in hand.
        let repeats = facts.disturbances.reduce(0) { sum, disturbance in
            let inHand = min(poison, Self.lettersInHandMax)
            if disturbance.fault.disturbsBroker { return sum + inHand * Self.publishTriesMax }
            return sum + (disturbance.fault.disturbs(owner) ? 1 : 0)
        }
        let refusals = [.courierDeliveries, .courierBulk].contains(queue) ? refusedRuns : 0
        let detail = "\(queue.rawValue): \(poison) poison messages, \(refusals) refused, \(found) dead letters"
        if found < poison - purges { return [.violation(Violation(.lostMessage, detail))] }
        if found > poison + refusals + repeats { return [.violation(Violation(.innocentDeadLetter, detail))] }
        return []
    }

    /// The runs whose delivery may have been refused for good, each of which leaves a dead letter.
    private var refusedRuns: Int {
        facts.runs.count { $0.reason == "invocation" || jobs[$0.job]?.answer == .refuse }
    }

    private func unanswered() -> [Finding] {
        facts.callbacks.flatMap { callback in
            callback.tries.compactMap { fault(of: $0, callback.execution) }
        }.map { .violation($0) }
    }

    private func fault(of request: Facts.Try, _ execution: String) -> Violation? {
        func isExplained(by isCause: (Fault) -> Bool) -> Bool {
            hasCause(from: request.at, to: request.answeredAt) { $0.disturbs(request.endpoint) || isCause($0) }
        }
        let waited = request.answeredAt.milliseconds(since: request.at)
        switch request.answer {
        case 0 where waited >= Self.callbackAnswerMilliseconds && !isExplained(by: { _ in false }):
            return Violation(
                .hungCallback, execution: execution, at: request.at,
                "\(request.endpoint) gave no answer for \(waited) ms")
        case 500... where !isExplained(by: { $0.disturbsStore }) && !isAfterBrokerFault(request):
            return Violation(
                .refusedCallback, execution: execution, at: request.at,
                "\(request.endpoint) answered \(request.answer)")
        default: return nil
        }
    }

    private func isAfterBrokerFault(_ request: Facts.Try) -> Bool {
        let begin = request.at.adding(milliseconds: -Self.refusalMilliseconds)
        return hasCause(from: begin, to: request.answeredAt, \.disturbsBroker)
    }

    func programs() -> [Finding] {
        facts.crashed.map { .violation(Violation(.crash, $0)) }
    }
}
