import JobCore
import Testing

@Suite struct `The verdict on an attempt of a delivery` {
    private static let now = Instant(secondsSinceEpoch: 1_000)

    private static func decide(
        _ answer: AttemptResult.Answer, attempt: Int = 1, policy: RetryPolicy = RetryPolicy(),
        left seconds: Int64 = 86_400
    ) -> DeliveryVerdict {
        .decide(answer, attempt: attempt, policy: policy, now: now, deadline: now.adding(seconds: seconds))
    }

    private static let retry = DeliveryVerdict.retry(stepSeconds: 5)

    private static let answers: [(ClosedRange<Int>, DeliveryVerdict)] = [
        (0...199, .refuse), (200...299, .accept), (300...407, .refuse), (408...408, retry), (409...424, .refuse),
        (425...425, retry), (426...428, .refuse), (429...429, retry), (430...499, .refuse), (500...599, retry),
        (600...999, .refuse),
    ]

    @Test(arguments: answers)
    func `the status code of the answer decides whether a delivery is accepted, tried again or refused`(
        codes: ClosedRange<Int>, verdict: DeliveryVerdict
    ) {
        for code in codes {
            #expect(Self.decide(.answered(statusCode: code, retryAfterSeconds: nil)) == verdict, "status \(code)")
        }
    }

    @Test func `a delivery without an answer is tried again, one to a forbidden target is refused`() {
        #expect(Self.decide(.unreachable) == Self.retry)
        #expect(Self.decide(.unsigned) == Self.retry)
        #expect(Self.decide(.unauthenticated(isTemporary: true)) == Self.retry)
        #expect(Self.decide(.unauthenticated(isTemporary: false)) == .refuse)
        #expect(Self.decide(.forbidden) == .refuse)
    }

    @Test(arguments: [(1, 5), (2, 30), (3, nil), (4, nil)] as [(Int, Int64?)])
    func `a delivery has three attempts by default, 5 s and 30 s apart`(attempt: Int, step: Int64?) {
        let verdict = step.map { DeliveryVerdict.retry(stepSeconds: $0) } ?? .refuse
        #expect(Self.decide(.unreachable, attempt: attempt) == verdict)
    }

    @Test(arguments: [(1, 1), (2, 60), (3, 600), (19, 600), (20, nil)] as [(Int, Int64?)])
    func `a delivery keeps the job's own waits, and repeats the last one`(attempt: Int, step: Int64?) {
        let policy = RetryPolicy(maxAttempts: 20, backoffSeconds: [1, 31, 121])
        let verdict = step.map { DeliveryVerdict.retry(stepSeconds: $0) } ?? .refuse
        #expect(Self.decide(.unreachable, attempt: attempt, policy: policy) == verdict)
    }

    @Test(
        arguments: [
            (nil, 5), (0, 5), (-9, 5), (5, 5), (6, 10), (11, 30), (36_000, 36_000), (36_001, nil), (.max, nil),
        ] as [(Int64?, Int64?)])
    func `a delivery waits as long as Retry-After asks, and is refused if that is too long`(after: Int64?, step: Int64?)
    {
        let verdict = step.map { DeliveryVerdict.retry(stepSeconds: $0) } ?? .refuse
        let answer = AttemptResult.Answer.answered(statusCode: 429, retryAfterSeconds: after)
        #expect(Self.decide(answer, left: 604_800) == verdict)
    }

    @Test(arguments: [(6, retry), (5, .refuse), (1, .refuse), (-1, .refuse)] as [(Int64, DeliveryVerdict)])
    func `a delivery is not tried again at or after the end of the ttl`(left: Int64, verdict: DeliveryVerdict) {
        #expect(Self.decide(.unreachable, left: left) == verdict)
    }

    @Test func `a 2xx answer accepts a delivery, even after the ttl and after the last attempt`() {
        let answer = AttemptResult.Answer.answered(statusCode: 204, retryAfterSeconds: 9)
        #expect(Self.decide(answer, attempt: 99, left: -60) == .accept)
    }
}
