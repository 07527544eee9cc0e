import JobCore
import Messaging
import Synchronization

/// deadletterd in memory: answers each request with the next pass of a script, and the last one from then on.
final class ScriptedAnswers: AnswerReceiver {
    /// The answers of one pass. Without a result they break off, and nothing follows.
    struct Pass: Sendable {
        var letters: [(letter: DeadLetter, body: [UInt8])] = []
        var result: DeadLettersResult?
        /// The connection is lost behind the letters.
        var isLost = false
    }

    private struct State {
        var passes: [Pass]
        var isConnected = true
        var isHeld = false
        var held: [@Sendable () -> Void] = []
        var waiters: [(count: Int, resume: CheckedContinuation<Void, Never>)] = []

        /// Takes out those who wait for as many requests as are held now.
        mutating func reached() -> [CheckedContinuation<Void, Never>] {
            defer { waiters.removeAll { $0.count <= held.count } }
            return waiters.filter { $0.count <= held.count }.map(\.resume)
        }
    }

    static let asker = "11111111-2222-4333-8444-555555555555"
    private let state: Mutex<State>

    init(_ passes: Pass...) {
        state = Mutex(State(passes: passes))
    }

    func script(_ passes: Pass...) { state.withLock { $0.passes = passes } }
    func disconnect() { state.withLock { $0.isConnected = false } }
    /// Answers nothing until `release`.
    func hold() { state.withLock { $0.isHeld = true } }

    func release() {
        let held = state.withLock { state in
            defer { (state.isHeld, state.held) = (false, []) }
            return state.held
        }
        for answer in held { answer() }
    }

    /// The requests that have waited for answers since `hold`.
    var heldCount: Int { state.withLock { $0.held.count } }

    /// Returns once this number of requests waits for answers.
    func untilHeld(_ count: Int) async {
        await withCheckedContinuation { resume in
            let reached = state.withLock { state in
                state.waiters.append((count, resume))
                return state.reached()
            }
            for waiter in reached { waiter.resume() }
        }
    }

    func expect(_ requestID: String, bytesMax: Int) throws(PublishError) -> ExpectedAnswers {
        let (answers, continuation) = AsyncStream.makeStream(of: InboundMessage.self)
        let reached: [CheckedContinuation<Void, Never>]? = state.withLock { state in
            guard state.isConnected else { return nil }
            let pass = state.passes.count > 1 ? state.passes.removeFirst() : state.passes[0]
            let answer = { @Sendable in Self.answer(pass, to: requestID, continuation) }
            if state.isHeld { state.held.append(answer) } else { answer() }
            return state.reached()
        }
        guard let reached else { throw .unavailable("amqp://secret.internal: answers: not connected") }
        for waiter in reached { waiter.resume() }
        return ExpectedAnswers(asker: Self.asker, answers: answers, continuation: continuation)
    }

    private static func answer(
        _ pass: Pass, to requestID: String, _ continuation: AsyncStream<InboundMessage>.Continuation
    ) {
        var answers = pass.letters.map {
            DeadLettersAnswered.letter(requestID: requestID, asker: asker, $0.letter, body: $0.body)
        }
        if let result = pass.result { answers.append(.end(requestID: requestID, asker: asker, result)) }
        for (index, answer) in answers.enumerated() {
            let message = OutboundMessage(answer)
            continuation.yield(
                InboundMessage(
                    tag: MessageTag(epoch: 1, number: UInt64(index + 1)), exchange: "belfry.answers",
                    routingKey: message.routingKey, headers: message.headers, id: message.id, body: message.body))
        }
        if pass.isLost { continuation.finish() }
    }
}
