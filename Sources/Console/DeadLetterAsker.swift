import JobCore
import Logging
import Messaging
import StageKit

/// Asks deadletterd for passes over dead letters, and waits for its answers.
struct DeadLetterAsker: Sendable {
    /// The answers to one request.
    struct Answer {
        var letters: [DeadLetterView] = []
        /// The end of the pass; nil if the answers broke off before, or if a page was full before.
        var result: DeadLettersResult?

        /// Where the next page begins, if this one began behind a place.
        func more(after place: DeadLetterPosition?) -> DeadLetterPosition? {
            if let result { return result.more }
            guard let last = letters.last?.letter, let queue = WorkQueue(rawValue: last.queue) else { return nil }
            let copies = letters.count { $0.letter.id == last.id && $0.letter.queue == last.queue }
            let before = place?.queue == queue && place?.id == last.id ? place?.copy ?? 1 : 0
            return DeadLetterPosition(queue: queue, id: last.id, copy: before + copies)
        }
    }

    /// How long a request waits for its answer: 30 s until deadletterd takes it, or the broker drops it, and then
    /// for a pass, which takes 20 s at most.
    static let waitMilliseconds: Int64 = 55_000

    /// Bytes of the bodies of one page; a single body may have more. Of bodies that are mostly escapes in JSON, a page
    /// is twice as long.
    static let bodyBytesMax = 4 * 1_024 * 1_024

    /// Bytes of all answers to a request that are kept in memory: a page, the letter behind it, and their headers.
    private static let answerBytesMax = 2 * bodyBytesMax + 100 * MessageLimits.headerBytesMax

    let answers: any AnswerReceiver
    let publisher: Coalescer<OutboundMessage, Void>
    let time: any TimeSource

    /// Publishes a request, and waits for the end of its pass until `deadline`, in monotonic milliseconds.
    ///
    /// A list ends before the pass does when its page is full or the answers break off: what has arrived is in order,
    /// so the next page goes on behind it. Throws `PublishError` and `OverdueError` if the request was not published,
    /// `unavailable` if there was no answer, and what the error in the answer stands for.
    func ask(_ request: DeadLettersRequested, until deadline: Int64) async throws -> Answer {
        let expected = try answers.expect(request.requestID, bytesMax: Self.answerBytesMax)
        defer { expected.end() }
        var request = request
        request.asker = expected.asker
        let message = OutboundMessage(request)
        guard message.fault == nil else {
            throw APIError(.tooLarge, "The headers of the letter, or the filter, are too long for a request.")
        }
        try await publisher.call(message)
        let answer = try await withThrowingTaskGroup(of: Void.self) { [time] group in
            group.addTask {
                try await time.sleep(milliseconds: max(0, deadline - time.monotonicMilliseconds()))
                // What has arrived by now can still be taken.
                expected.end()
            }
            defer { group.cancelAll() }
            return try await Self.collect(
                expected, isShowing: [.list, .show].contains(request.action), showsBodies: request.action == .show)
        }
        if let failure = answer.result.flatMap({ Self.failure($0, of: request) }) { throw failure }
        guard answer.result != nil || !answer.letters.isEmpty else {
            throw Self.noAnswer(to: request, isTimeUp: time.monotonicMilliseconds() >= deadline)
        }
        return answer
    }

    private static func collect(
        _ expected: ExpectedAnswers, isShowing: Bool, showsBodies: Bool
    ) async throws -> Answer {
        var answer = Answer()
        var bytes = 0
        for await message in expected.answers {
            switch try DeadLettersAnswered(reading: message, asker: expected.asker) {
            case .letter(_, _, let letter, let body):
                bytes += body.count
                guard bytes <= bodyBytesMax || answer.letters.isEmpty else { return answer }
                answer.letters.append(DeadLetterView(letter: letter, body: showsBodies ? body : nil))
            case .end(_, _, let result):
                // A pass that was begun again after its process had died has shown its letters again.
                if result.matched > 0, result.matched < answer.letters.count {
                    answer.letters.removeFirst(answer.letters.count - result.matched)
                }
                // An export that lacks letters must not look complete: they may be dropped by the same conditions.
                guard !isShowing || result.error != nil || result.matched == answer.letters.count else {
                    throw APIError(
                        .unavailable, "Some of deadletterd's answers were lost. Send the same request again.")
                }
                answer.result = result
                return answer
            }
        }
        return answer
    }

    /// What an error in an answer stands for; nil if the pass was carried out.
    private static func failure(_ result: DeadLettersResult, of request: DeadLettersRequested) -> APIError? {
        switch result.error {
        case nil: nil
        case "position_gone":
            APIError(
                .conflict, "The letter that this page begins behind is no longer there. List again from the start.",
                details: metadata(request))
        case "interrupted":
            APIError(
                .unavailable, "deadletterd was interrupted. \(unknownEnd(of: request))", details: metadata(request))
        // The caller must know how many were handled.
        case _? where request.changesLetters && result.done > 0: nil
        case let error?:
            APIError(
                .unavailable, "deadletterd could not reach the broker. Send the same request again.",
                details: metadata(request).merging(["error": "\(ForeignText.cleaned(error))"]) { $1 })
        }
    }

    private static func noAnswer(to request: DeadLettersRequested, isTimeUp: Bool) -> APIError {
        let reason =
            isTimeUp
            ? "deadletterd gave no answer; is one running?"
            : "The connection to the broker was lost before deadletterd answered."
        return APIError(.unavailable, "\(reason) \(unknownEnd(of: request))", details: metadata(request))
    }

    /// What to do when it can't be told what a request has done.
    private static func unknownEnd(of request: DeadLettersRequested) -> String {
        guard request.changesLetters else { return "Send the same request again." }
        guard request.action != .republish else {
            return "It is not known whether the letter was published. If you send it again, it may be published twice."
        }
        return "It is not known how many letters were handled. Those that were are no longer in the list of dead "
            + "letters, so send the same request again for the others."
    }

    private static func metadata(_ request: DeadLettersRequested) -> Logger.Metadata {
        ["dead_letters_request_id": "\(request.requestID)"]
    }
}
