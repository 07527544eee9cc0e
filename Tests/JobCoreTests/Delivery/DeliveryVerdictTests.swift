import JobCore
import Testing

@Suite struct `After an attempt's answer` {
    private static let now = Instant(secondsSinceEpoch: 1_000)

    private static func decide(
        _ result: AttemptResult, attempt: Int = 1, policy: RetryPolicy = RetryPolicy(), left seconds: Int64 = 86_400
    ) -> DeliveryVerdict {
        .decide(result, attempt: attempt, policy: policy, now: now, deadline: now.adding(seconds: seconds))
    }

    private static let retry = DeliveryVerdict.retry(stepSeconds: 5)

    private static let answers: [(ClosedRange<Int>, DeliveryVerdict)] = [
        (0...199, .refuse), (200...299, .accept), (300...407, .refuse), (408...408, retry), (409...424, .refuse),
        (425...425, retry), (426...428, .refuse), (429...429, retry), (430...499, .refuse), (500...599, retry),
        (600...999, .refuse),
    ]

    @Test(arguments: answers) func `its status decides`(codes: ClosedRange<Int>, verdict: DeliveryVerdict) {
        for code in codes {
            #expect(Self.decide(.answered(statusCode: code, retryAfterSeconds: nil)) == verdict, "status \(code)")
        }
    }

    @Test func `no answer is tried again, a forbidden target never`() {
        #expect(Self.decide(.unreachable) == Self.retry)
        #expect(Self.decide(.forbidden) == .refuse)
    }

    @Test(arguments: [(1, 5), (2, 30), (3, nil), (4, nil)] as [(Int, Int64?)])
    func `there are three attempts, 5 s and 30 s apart, unless the job says otherwise`(attempt: Int, step: Int64?) {
        let verdict = step.map { DeliveryVerdict.retry(stepSeconds: $0) } ?? .refuse
        #expect(Self.decide(.unreachable, attempt: attempt) == verdict)
    }

    @Test(arguments: [(1, 5), (2, 120), (3, 600), (19, 600), (20, nil)] as [(Int, Int64?)])
    func `the job's own waits are kept, the last one repeating`(attempt: Int, step: Int64?) {
        let policy = RetryPolicy(maxAttempts: 20, backoffSeconds: [1, 31, 121])
        let verdict = step.map { DeliveryVerdict.retry(stepSeconds: $0) } ?? .refuse
        #expect(Self.decide(.unreachable, attempt: attempt, policy: policy) == verdict)
    }

    @Test(
        arguments: [
            (nil, 5), (0, 5), (-9, 5), (5, 5), (6, 30), (36_000, 36_000), (36_001, nil), (.max, nil),
        ] as [(Int64?, Int64?)])
    func `Retry-After is obeyed, or the delivery refused when that is too long`(after: Int64?, step: Int64?) {
        let verdict = step.map { DeliveryVerdict.retry(stepSeconds: $0) } ?? .refuse
        let answer = AttemptResult.answered(statusCode: 429, retryAfterSeconds: after)
        #expect(Self.decide(answer, left: 604_800) == verdict)
    }

    @Test(arguments: [(6, retry), (5, .refuse), (1, .refuse), (-1, .refuse)] as [(Int64, DeliveryVerdict)])
    func `nothing is tried past the ttl`(left: Int64, verdict: DeliveryVerdict) {
        #expect(Self.decide(.unreachable, left: left) == verdict)
    }

    @Test func `an answer of 2xx counts, even past the ttl and after the last attempt`() {
        let answer = AttemptResult.answered(statusCode: 204, retryAfterSeconds: 9)
        #expect(Self.decide(answer, attempt: 99, left: -60) == .accept)
    }
}

@Suite struct `The ladder of waits` {
    @Test(
        arguments: [
            (-1, 5), (0, 5), (5, 5), (6, 30), (30, 30), (31, 120), (600, 600), (601, 1_800), (7_200, 7_200),
            (18_001, 36_000), (36_000, 36_000), (99_999, 36_000),
        ] as [(Int64, Int64)])
    func `has a step no shorter than what is asked`(seconds: Int64, step: Int64) {
        #expect(RetryLadder.step(atLeastSeconds: seconds) == step)
    }

    @Test func `ascends`() {
        #expect(RetryLadder.stepsSeconds == RetryLadder.stepsSeconds.sorted())
        #expect(Set(RetryLadder.stepsSeconds).count == RetryLadder.stepsSeconds.count)
    }
}
