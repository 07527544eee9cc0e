import Determinism
import JobCore

/// The reaction of a service to a webhook.
enum ServiceBehaviour: Equatable {
    /// Accepts the webhook, ends after a short time, and reports the end: a failure if `fails`.
    case quick(fails: Bool)
    /// Sends a number of heartbeats at random intervals, and then reports the end.
    case heartbeats(Int, fails: Bool, extends: Bool)
    /// Sends a number of heartbeats, one each interval, and succeeds.
    case steady(Int)
    /// Accepts the webhook and sends no callback.
    case silent
    /// Accepts the webhook and succeeds long after the ttl.
    case late
    /// Answers 4xx.
    case refusing
    /// Fails a number of times with 5xx or no answer, and then succeeds like `quick`.
    case flaky(Int)
    /// Always answers 503.
    case broken
    /// Runs and succeeds at once, and then answers 500.
    case endsBeforeItFails

    static func any(_ random: inout SplitMix64) -> ServiceBehaviour {
        switch random.int(1...100) {
        case ...30: .quick(fails: false)
        case ...38: .quick(fails: true)
        case ...62: .heartbeats(random.int(1...5), fails: random.chance(20), extends: random.chance(30))
        case ...69: .silent
        case ...75: .late
        case ...81: .refusing
        case ...94: .flaky(random.int(1...2))
        case ...97: .broken
        default: .endsBeforeItFails
        }
    }

    /// True when a webhook with this answer starts a run.
    func starts(at post: FakeServices.Post) -> Bool { post.isAccepted || self == .endsBeforeItFails }

    func answer(toPost number: Int) -> AttemptResult.Answer {
        switch self {
        case .quick, .heartbeats, .steady, .silent, .late: .answered(statusCode: 200, retryAfterSeconds: nil)
        case .refusing: .answered(statusCode: 404, retryAfterSeconds: nil)
        case .broken: .answered(statusCode: 503, retryAfterSeconds: nil)
        case .endsBeforeItFails: .answered(statusCode: 500, retryAfterSeconds: nil)
        case .flaky(let times) where number > times: .answered(statusCode: 202, retryAfterSeconds: nil)
        case .flaky(let times):
            times == number ? .unreachable : .answered(statusCode: 500, retryAfterSeconds: 7)
        }
    }

    func callbacks(
        for webhook: Webhook, token: String, now: Instant, _ random: inout SplitMix64
    ) -> [PlannedCallback] {
        var callbacks: [PlannedCallback] = []
        func plan(_ kind: CallbackKind, _ at: Instant) {
            callbacks.append(
                PlannedCallback(
                    at: at, executionID: webhook.executionID, token: token, kind: kind, number: callbacks.count,
                    isFromEndpoint: random.chance(80), copies: random.chance(15) ? 2 : 1))
        }
        var at = now
        switch self {
        case .silent, .refusing, .broken: break
        case .endsBeforeItFails: plan(.success, at)
        case .quick(let fails):
            // Else at once: before it has answered the webhook.
            if random.chance(70) { at = at.adding(milliseconds: Int64(random.int(1...25_000))) }
            plan(fails ? .fail : .success, at)
        case .flaky: plan(.success, at.adding(milliseconds: Int64(random.int(1...20_000))))
        case .late: plan(.success, at.adding(seconds: webhook.ttlSeconds + Int64(random.int(1...30))))
        case .steady(let times):
            for _ in 0..<times {
                at = at.adding(seconds: webhook.heartbeatIntervalSeconds)
                plan(.processing(extendSeconds: nil), at)
            }
            plan(.success, at.adding(seconds: 1))
        case .heartbeats(let times, let fails, let extends):
            let patience = Int(webhook.heartbeatIntervalSeconds) * 2
            for beat in 0..<times {
                let gap = random.chance(95) ? random.int(1...(patience - 1)) : patience + 3
                at = at.adding(seconds: Int64(gap))
                plan(.processing(extendSeconds: extends && beat % 2 == 0 ? webhook.ttlSeconds : nil), at)
            }
            plan(fails ? .fail : .success, at.adding(seconds: Int64(random.int(1...(patience - 1)))))
        }
        return callbacks
    }
}
