import JobCore
import Testing

@testable import Courier

@Suite struct `What a lane learns from an answer` {
    @Test(
        arguments: [
            (.answered(statusCode: 503, retryAfterSeconds: nil), .answered), (.accepted, .answered), (.busy, .answered),
            (.refused, .answered), (.unreachable, .failed), (.forbidden, .notTried), (.unsigned, .notTried),
            (.unauthenticated(isTemporary: true), .failed),
            (.unauthenticated(isTemporary: false), .failed),
        ] as [(AttemptResult.Answer, LaneOutcome)])
    private func `is about the target alone`(answer: AttemptResult.Answer, outcome: LaneOutcome) {
        #expect(LaneOutcome(answer) == outcome)
    }
}
