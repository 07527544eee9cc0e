import Determinism
import JobCore
import Messaging

/// What a service tells of its run.
enum Word: Equatable {
    case processing(extendSeconds: Int64?)
    case success
    case fail

    var isFinal: Bool { self == .success || self == .fail }

    fileprivate func text(progress: Int) -> String {
        switch self {
        case .processing(nil): #"{"status": "processing", "progress": \#(progress)}"#
        case .processing(let seconds?): #"{"status": "processing", "extend_seconds": \#(seconds)}"#
        case .success: #"{"status": "success", "summary": "done"}"#
        case .fail: #"{"status": "fail", "error": "out of paper"}"#
        }
    }
}

/// A callback that a service means to make.
struct PlannedCallback {
    var at: Instant
    var executionID: ExecutionID
    var token: String
    var what: Word
    var number: Int
    /// True: it comes through the door, which stamps it. False: the service publishes the message itself.
    var isStamped: Bool
    var copies: Int

    var id: String { "\(executionID)/callback/\(number)" }

    func messages(now: Instant) -> [OutboundMessage] {
        var headers = [Header.token: token]
        if isStamped { headers[Header.receivedAt] = String(now.millisecondsSinceEpoch) }
        let message = OutboundMessage(
            routingKey: RoutingKey.callbackReceived, headers: headers, id: isStamped ? id : nil,
            body: Array(what.text(progress: min(number * 20, 100)).utf8))
        return Array(repeating: message, count: copies)
    }
}

/// What a service does with a webhook.
enum Conduct: Equatable {
    /// Takes it, is done after a while, and says so; `fails` says how it went.
    case quick(fails: Bool)
    /// Sends so many heartbeats before it ends.
    case beating(Int, fails: Bool, extends: Bool)
    /// Sends so many heartbeats, one each interval, and succeeds.
    case steady(Int)
    /// Takes it and is never heard of.
    case silent
    /// Takes it and is done when the ttl is long over.
    case late
    /// Answers 4xx.
    case refusing
    /// Fails so many times with 5xx or no answer, then goes on as `quick`.
    case stumbling(Int)
    /// Answers 503, always.
    case broken

    static func any(_ random: inout SplitMix64) -> Conduct {
        switch random.int(1...100) {
        case ...30: .quick(fails: false)
        case ...38: .quick(fails: true)
        case ...62: .beating(random.int(1...5), fails: random.chance(20), extends: random.chance(30))
        case ...69: .silent
        case ...75: .late
        case ...81: .refusing
        case ...94: .stumbling(random.int(1...2))
        default: .broken
        }
    }

    func answer(toPost number: Int) -> AttemptResult.Answer {
        switch self {
        case .quick, .beating, .steady, .silent, .late: .answered(statusCode: 200, retryAfterSeconds: nil)
        case .refusing: .answered(statusCode: 404, retryAfterSeconds: nil)
        case .broken: .answered(statusCode: 503, retryAfterSeconds: nil)
        case .stumbling(let times) where number > times: .answered(statusCode: 202, retryAfterSeconds: nil)
        case .stumbling(let times):
            times == number ? .unreachable : .answered(statusCode: 500, retryAfterSeconds: 7)
        }
    }

    func callbacks(
        for webhook: Webhook, token: String, now: Instant, _ random: inout SplitMix64
    ) -> [PlannedCallback] {
        var callbacks: [PlannedCallback] = []
        func say(_ what: Word, _ at: Instant) {
            callbacks.append(
                PlannedCallback(
                    at: at, executionID: webhook.executionID, token: token, what: what, number: callbacks.count,
                    isStamped: random.chance(80), copies: random.chance(15) ? 2 : 1))
        }
        var at = now
        switch self {
        case .silent, .refusing, .broken: break
        case .quick(let fails):
            // At once: before it has even answered the webhook.
            if random.chance(70) { at = at.adding(milliseconds: Int64(random.int(1...25_000))) }
            say(fails ? .fail : .success, at)
        case .stumbling: say(.success, at.adding(milliseconds: Int64(random.int(1...20_000))))
        case .late: say(.success, at.adding(seconds: webhook.ttlSeconds + Int64(random.int(1...30))))
        case .steady(let times):
            for _ in 0..<times {
                at = at.adding(seconds: webhook.heartbeatIntervalSeconds)
                say(.processing(extendSeconds: nil), at)
            }
            say(.success, at.adding(seconds: 1))
        case .beating(let times, let fails, let extends):
            let patience = Int(webhook.heartbeatIntervalSeconds) * 2
            for beat in 0..<times {
                let gap = random.chance(95) ? random.int(1...(patience - 1)) : patience + 3
                at = at.adding(seconds: Int64(gap))
                say(.processing(extendSeconds: extends && beat % 2 == 0 ? webhook.ttlSeconds : nil), at)
            }
            say(fails ? .fail : .success, at.adding(seconds: Int64(random.int(1...(patience - 1)))))
        }
        return callbacks
    }
}
