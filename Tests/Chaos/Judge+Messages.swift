import JobCore
import Messaging

extension Judge {
    private static let callbackAnswerMilliseconds: Int64 = 4_000

    /// Guarantees: a message that can't be handled is a dead letter, and no other is; a callback is answered at once,
    /// with 503 if need be.
    func messages() -> [Finding] {
        WorkQueue.allCases.filter(\.hasDeadLetters).flatMap(deadLetters) + hungCallbacks()
    }

    private func deadLetters(of queue: WorkQueue) -> [Finding] {
        let poison = facts.poison[queue] ?? 0
        let found = facts.deadLetters[queue] ?? 0
        let purges = facts.disturbances.filter { $0.fault == .purge(queue) }.count
        // A stage that dies between the publication of a dead letter and the ack repeats it.
        let owner = String(queue.rawValue.prefix { $0 != "." })
        let repeats = facts.disturbances.filter { $0.fault.disturbs(owner) || $0.fault.disturbsBroker }.count
        let detail = "\(queue.rawValue): \(poison) poison messages, \(found) dead letters"
        if found < poison - purges { return [.violation(Violation(.lostMessage, detail))] }
        if found > poison + repeats { return [.violation(Violation(.innocentDeadLetter, detail))] }
        return []
    }

    private func hungCallbacks() -> [Finding] {
        facts.callbacks.flatMap { callback in
            callback.tries.filter { isHung($0) }.map { hung in
                .violation(
                    Violation(
                        .hungCallback, execution: callback.execution, at: hung.at,
                        "\(hung.endpoint) gave no answer for \(hung.answeredAt.milliseconds(since: hung.at)) ms"))
            }
        }
    }

    private func isHung(_ request: Facts.Try) -> Bool {
        request.answer == 0
            && request.answeredAt.milliseconds(since: request.at) >= Self.callbackAnswerMilliseconds
            && !hasCause(from: request.at, to: request.answeredAt) { $0.disturbs(request.endpoint) }
    }

    func programs() -> [Finding] {
        facts.crashed.map { .violation(Violation(.crash, $0)) }
    }
}
