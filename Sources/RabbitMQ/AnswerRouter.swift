import Messaging
import Synchronization

/// Leads each answer to the request of this process that expects it. An answer that nobody expects is dropped: it came
/// late, or twice.
final class AnswerRouter: Sendable {
    private struct Expectation {
        var continuation: AsyncStream<InboundMessage>.Continuation
        var bytesLeft: Int
    }

    private struct State {
        /// Names the queue of the present connection; nil without one.
        var asker: String?
        var expected: [String: Expectation] = [:]
    }

    /// What a message takes in memory besides its body and its headers.
    private static let messageBytes = 512

    private let state = Mutex(State())

    /// Answers arrive from now on, for requests that name this asker.
    func connected(as asker: String) {
        state.withLock { $0.asker = asker }
    }

    /// The queue has gone with the connection, and so have the answers to all requests.
    func disconnected() {
        let ended = state.withLock { state in
            defer { state = State() }
            return state.expected.values
        }
        // Outside of the lock, which the end of a stream takes, too.
        for expectation in ended { expectation.continuation.finish() }
    }

    /// Nil while there is no connection.
    func expect(_ requestID: String, bytesMax: Int) -> ExpectedAnswers? {
        let (answers, continuation) = AsyncStream.makeStream(of: InboundMessage.self)
        let asker = state.withLock { state in
            if state.asker != nil {
                state.expected[requestID] = Expectation(continuation: continuation, bytesLeft: bytesMax)
            }
            return state.asker
        }
        guard let asker else { return nil }
        continuation.onTermination = { [weak self] _ in self?.forget(requestID) }
        return ExpectedAnswers(asker: asker, answers: answers, continuation: continuation)
    }

    func deliver(_ message: InboundMessage) {
        let bytes = message.headers.reduce(message.body.count + Self.messageBytes) {
            $0 + $1.key.utf8.count + $1.value.utf8.count
        }
        let (continuation, hasRoom) = state.withLock { state in
            let id = message.id ?? ""
            state.expected[id]?.bytesLeft -= bytes
            return (state.expected[id]?.continuation, (state.expected[id]?.bytesLeft ?? 0) >= 0)
        }
        if hasRoom { continuation?.yield(message) } else { continuation?.finish() }
    }

    private func forget(_ requestID: String) {
        state.withLock { _ = $0.expected.removeValue(forKey: requestID) }
    }
}
