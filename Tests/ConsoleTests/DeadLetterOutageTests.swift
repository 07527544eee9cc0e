import HTTPTypes
import JSON
import JobCore
import Messaging
import MessagingTesting
import Testing

@testable import Console

@Suite struct `A request about dead letters` {
    private typealias Pass = ScriptedAnswers.Pass
    private static let requests: [(method: HTTPRequest.Method, path: String, body: String?)] = [
        (.get, "/dead-letters", nil), (.get, "/dead-letters:export", nil),
        (.get, "/dead-letters/\(ConsoleAPI.letter().id)", nil),
        (.post, "/dead-letters:replay", #"{"all": true}"#), (.post, "/dead-letters:drop", #"{"all": true}"#),
        (
            .post, "/dead-letters:replay",
            #"{"letter": {"id": "\#(ConsoleAPI.letter().id)", "queue": "courier.bulk", "body": ""}}"#
        ),
    ]

    private static let ends: [(end: String, status: Int, beginning: String)] = [
        ("no answer", 503, "deadletterd gave no answer; is one running?"),
        ("lost", 503, "The connection to the broker was lost before deadletterd answered."),
        ("interrupted", 503, "deadletterd was interrupted."),
        ("unavailable", 503, "deadletterd could not reach the broker. Send the same request again."),
        (
            "position_gone", 409,
            "The letter that this page begins behind is no longer there. List again from the start."
        ),
    ]

    @Test(arguments: requests, ends)
    func `that is not carried out says why, and what is known`(
        request: (method: HTTPRequest.Method, path: String, body: String?),
        end: (end: String, status: Int, beginning: String)
    ) async throws {
        let api = ConsoleAPI(clock: end.end == "lost" ? StoppedTime() : nil)
        switch end.end {
        case "no answer": api.answers.script(Pass())
        case "lost": api.answers.script(Pass(isLost: true))
        default: api.answers.script(Pass(result: DeadLettersResult(error: end.end)))
        }
        let answer = try await api.send(request.method, request.path, request.body)
        #expect(answer.status == end.status)
        let message = try #require(try answer.body["message"]?.string)
        #expect(message.hasPrefix(end.beginning))
        #expect(answer.headers[.retryAfter] == (end.status == 503 ? "2" : nil))
        guard end.end != "unavailable", end.status == 503 else { return }
        let isRepublish = request.body?.contains("letter\"") == true
        if request.method == .get {
            #expect(message.hasSuffix("Send the same request again."))
        } else if isRepublish {
            #expect(message.contains("It is not known whether the letter was published."))
        } else {
            #expect(message.contains("It is not known how many letters were handled."))
        }
    }

    @Test(arguments: requests.filter { $0.body != nil })
    func `that has done something before the broker became unavailable is answered with its counts`(
        request: (method: HTTPRequest.Method, path: String, body: String?)
    ) async throws {
        let api = ConsoleAPI()
        api.answers.script(Pass(result: DeadLettersResult(matched: 5, done: 5, error: "unavailable")))
        let answer = try await api.send(request.method, request.path, request.body)
        #expect(try answer.status == 200 && answer.body["done"] == .integer(5))
        #expect(try answer.body["ended_early"] == .bool(true))
    }

    @Test func `for an export whose letters did not all arrive is refused, and not a shorter page`() async throws {
        let api = ConsoleAPI()
        api.answers.script(Pass(letters: [(ConsoleAPI.letter(), [])], result: DeadLettersResult(matched: 2)))
        let answer = try await api.send(.get, "/dead-letters:export", nil)
        #expect(answer.status == 503)
        #expect(try answer.body["message"]?.string?.hasPrefix("Some of deadletterd's answers were lost.") == true)
    }

    @Test(arguments: requests)
    func `fails at once while the broker is unavailable, and names no host`(
        request: (method: HTTPRequest.Method, path: String, body: String?)
    ) async throws {
        for breaks in ["answers", "publishing"] {
            let api = ConsoleAPI(clock: StoppedTime())
            if breaks == "answers" { api.answers.disconnect() } else { api.memory.setAvailable(false) }
            let answer = try await api.send(request.method, request.path, request.body)
            #expect(answer.status == 503 && answer.headers[.retryAfter] == "2")
            #expect(!answer.text.contains("secret") && api.memory.isIdle)
        }
    }

    @Test func `of a key with four of them at work is answered 429 at once, and other requests are not`()
        async throws
    {
        let api = ConsoleAPI(clock: StoppedTime())
        api.answers.hold()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for request in Self.requests.prefix(4) {
                group.addTask { try await api.send(request.method, request.path, request.body).status }
            }
            await api.answers.untilHeld(4)
            for request in Self.requests {
                let refused = try await api.send(request.method, request.path, request.body)
                #expect(refused.status == 429 && refused.headers[.retryAfter] == "1")
                #expect(try refused.body["message"]?.string?.contains("4 requests about dead letters") == true)
            }
            #expect(try await api.send(.get, "/jobs").status == 200)
            #expect(api.answers.heldCount == 4)
            api.answers.release()
            #expect(try await group.reduce(into: []) { $0.append($1) } == [200, 200, 200, 200])
        }
        #expect(try await api.send(.get, "/dead-letters").status == 200)
    }

    @Test func `whose client goes away ends, and its key has its share again`() async throws {
        let api = ConsoleAPI(clock: StoppedTime())
        api.answers.hold()
        for count in 1...5 {
            let request = Task { try await api.send(.get, "/dead-letters").status }
            await api.answers.untilHeld(count)
            request.cancel()
            _ = await request.result
        }
        api.answers.release()
        #expect(try await api.send(.get, "/dead-letters").status == 200)
    }
}
