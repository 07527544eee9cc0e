import JobCore
import Testing

@Suite struct `An attempt's result` {
    private static let begun = Instant(secondsSinceEpoch: 1_000)
    private static let answered = AttemptResult(
        .answered(statusCode: 503, retryAfterSeconds: 7), latencyMilliseconds: 42, error: "busy", detail: "10.0.0.7")

    @Test func `goes on record with status, latency and error, but never with the detail for the log`() {
        let attempt = Attempt(
            number: 3, at: Self.begun, statusCode: 503, latencyMilliseconds: 42, error: "busy")
        #expect(Self.answered.attempt(number: 3, at: Self.begun, verdict: .refuse) == attempt)
    }

    @Test func `that was accepted keeps no error`() {
        #expect(Self.answered.attempt(number: 1, at: Self.begun, verdict: .accept).error == nil)
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
