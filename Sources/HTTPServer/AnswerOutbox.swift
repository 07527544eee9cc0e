import NIOCore
import Synchronization

/// Brings answers to the event loops of their connections: all that are sent before the loop comes to them go with one
/// hop.
final class AnswerOutbox: Sendable {
    private let waiting = Mutex<[ObjectIdentifier: [(answer: WholeAnswer, reply: DirectReply)]]>([:])

    func send(_ answer: WholeAnswer, to reply: DirectReply) {
        let eventLoop = reply.handler.eventLoop
        let id = ObjectIdentifier(eventLoop)
        let isFirst = waiting.withLock { waiting in
            let isFirst = waiting[id]?.isEmpty ?? true
            waiting[id, default: []].append((answer, reply))
            return isFirst
        }
        if isFirst { eventLoop.execute { self.deliver(id) } }
    }

    private func deliver(_ id: ObjectIdentifier) {
        let answers = waiting.withLock { waiting in
            let answers = waiting[id] ?? []
            waiting[id] = []
            return answers
        }
        for (answer, reply) in answers { reply.handler.value.receive(answer, to: reply.number) }
    }
}
