import Foundation
import JobCore
import Testing

@Suite struct `An attempt's result` {
    private static let begun = Instant(secondsSinceEpoch: 1_000)
    private static let answered = AttemptResult(
        .answered(statusCode: 503, retryAfterSeconds: 7), latencyMilliseconds: 42, error: "busy", detail: "10.0.0.7")

    @Test func `goes on record with status, latency and error, but never with the detail for the log`() {
        let attempt = Attempt(
            number: 3, at: Self.begun, statusCode: 503, latencyMilliseconds: 42, error: "busy")
        #expect(Self.answered.attempt(number: 3, at: Self.begun, target: .http, verdict: .refuse) == attempt)
    }

    private static let obstacles: [(AttemptResult.Answer, InvocationTarget.Kind, Attempt.Obstacle?)] = [
        (.answered(statusCode: 204, retryAfterSeconds: nil), .http, nil),
        (.answered(statusCode: 503, retryAfterSeconds: 1), .http, nil), (.unreachable, .http, nil), (.busy, .http, nil),
        (.forbidden, .http, nil), (.unsigned, .http, .serviceSecret), (.accepted, .rabbitmq, nil),
        (.busy, .rabbitmq, nil), (.unreachable, .rabbitmq, .serviceBroker), (.refused, .rabbitmq, nil),
        (.forbidden, .rabbitmq, nil), (.unsigned, .rabbitmq, .serviceSecret), (.accepted, .sqs, nil),
        (.busy, .sqs, .sqs), (.unreachable, .sqs, .sqs), (.unauthenticated(isTemporary: true), .sqs, .awsCredentials),
        (.refused, .sqs, nil), (.forbidden, .sqs, nil), (.unsigned, .sqs, .serviceSecret),
    ]

    @Test(arguments: obstacles)
    func `says what of the installation was in the way, but for a webhook only that it could not be signed`(
        answer: AttemptResult.Answer, kind: InvocationTarget.Kind, obstacle: Attempt.Obstacle?
    ) throws {
        let result = AttemptResult(answer, latencyMilliseconds: 1, error: "no")
        let attempt = result.attempt(number: 1, at: Self.begun, target: kind, verdict: .refuse)
        #expect(attempt.obstacle == obstacle)
        #expect(try JSONDecoder().decode(Attempt.self, from: try JSONEncoder().encode(attempt)) == attempt)
    }

    @Test(arguments: ["", #","obstacle":null"#, #","obstacle":"of a newer program""#])
    func `is read without an obstacle that is not known`(field: String) throws {
        let text = #"{"number":1,"at_ms":5,"latency_ms":7,"error":"no"\#(field)}"#
        let attempt = try JSONDecoder().decode(Attempt.self, from: Data(text.utf8))
        #expect(attempt.obstacle == nil && attempt.error == "no")
    }

    @Test func `that was accepted keeps no error`() {
        #expect(Self.answered.attempt(number: 1, at: Self.begun, target: .http, verdict: .accept).error == nil)
    }

    @Test func `without an answer has no status`() {
        #expect(AttemptResult(.unreachable, latencyMilliseconds: 0).statusCode == nil)
        #expect(AttemptResult(.forbidden, latencyMilliseconds: 0).statusCode == nil)
        #expect(Self.answered.statusCode == 503)
    }

    @Test func `cleans what the service or the network wrote`() {
        let token = "v1.main." + String(repeating: "A", count: 32) + "." + String(repeating: "b", count: 43)
        let failed = AttemptResult(.unreachable, latencyMilliseconds: 0, error: "a\n\(token)", detail: "\(token)\u{1B}")
        #expect(failed.error == "a ***" && failed.detail == "***")
        let body = Array("no route for \(token)".utf8) + [0xFF, 0]
        let answered = AttemptResult(
            statusCode: 404, retryAfterSeconds: nil, body: body, hiding: [], latencyMilliseconds: 0)
        #expect(answered.error == "status 404: no route for ***\u{FFFD}" && answered.detail == nil)
    }

    @Test func `hides what the service echoes of the job's headers, also where the answer is cut`() {
        func error(_ body: String) -> String? {
            AttemptResult(
                statusCode: 400, retryAfterSeconds: nil, body: Array(body.utf8.prefix(AttemptResult.bodyBytesRead)),
                hiding: ["Bearer s3cret-value", "blue", String(repeating: "k", count: 4_096)], latencyMilliseconds: 0
            ).error
        }
        #expect(error("got Bearer s3cret-value for blue") == "status 400: got *** for blue")
        #expect(error("{\"token\":\"s3cret-value\"}") == "status 400: {\"token\":\"***\"}")
        let end = String(repeating: "x", count: 1_000)
        #expect(error(end + String(repeating: "k", count: 4_096)) == "status 400: \(end)***")
    }

    @Test func `keeps 1 KiB of the answer behind its status`() {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: AttemptResult.bodyBytesRead)
        let answered = AttemptResult(
            statusCode: 500, retryAfterSeconds: 3, body: body, hiding: [], latencyMilliseconds: 9)
        #expect(answered.error == "status 500: " + String(repeating: "x", count: 1_024))
        #expect(answered.answer == .answered(statusCode: 500, retryAfterSeconds: 3))
        #expect(answered.latencyMilliseconds == 9)
    }
}
