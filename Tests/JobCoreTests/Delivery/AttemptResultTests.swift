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
}
