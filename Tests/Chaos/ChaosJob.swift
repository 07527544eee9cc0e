/// A job of a chaos run, and how its service reacts to the webhooks.
public struct ChaosJob: Sendable, Equatable {
    /// The answer to a webhook.
    public enum Answer: Sendable, Equatable {
        /// 200 after this time.
        case accept(afterMilliseconds: Int64)
        /// 503 to the first attempts, then 200.
        case unavailable(attempts: Int)
        /// 404.
        case refuse
        /// Reports success, and then answers 500: a retry would come after the end.
        case failAfterSuccess
    }

    /// How a run ends. `silence`: no callback after the last heartbeat.
    public enum Ending: Sendable, Equatable { case success, fail, silence }

    public var name: String
    /// The schedule is `rate(N seconds)`.
    public var everySeconds: Int64
    public var isExclusive = false
    public var ttlSeconds: Int64 = 120
    public var heartbeatIntervalSeconds: Int64 = 20
    public var answer = Answer.accept(afterMilliseconds: 0)
    /// One each interval.
    public var heartbeats = 0
    /// After the last heartbeat, or after the answer if there is none.
    public var endsAfterMilliseconds: Int64 = 200
    public var ending = Ending.success

    public init(_ name: String, everySeconds: Int64) {
        self.name = name
        self.everySeconds = everySeconds
    }

    /// Every kind of service: quick, slow, failing, silent, refusing, unavailable at first, and with heartbeats at
    /// intervals from one second up.
    public static let all: [ChaosJob] =
        [
            job("quick-1", every: 1), job("quick-2", every: 1),
            job("quick-3", every: 2) { $0.answer = .accept(afterMilliseconds: 300) },
            job("fails", every: 4) { $0.ending = .fail },
            job("slow-answer", every: 4) { $0.answer = .accept(afterMilliseconds: 2_000) },
            job("recovers", every: 4) { $0.answer = .unavailable(attempts: 1) },
            job("refuses", every: 9) { $0.answer = .refuse },
            job("succeeds-then-500", every: 6) { $0.answer = .failAfterSuccess },
            job("silent", every: 6) {
                $0.heartbeatIntervalSeconds = 2
                $0.ending = .silence
            },
            job("silent-until-ttl", every: 8) {
                $0.ttlSeconds = 6
                $0.ending = .silence
            },
            job("beats-beyond-ttl", every: 15) {
                ($0.ttlSeconds, $0.heartbeatIntervalSeconds, $0.heartbeats) = (12, 2, 12)
                $0.ending = .silence
            },
            job("exclusive-1", every: 1) {
                $0.isExclusive = true
                $0.endsAfterMilliseconds = 1_500
            },
            job("exclusive-2", every: 2) {
                $0.isExclusive = true
                ($0.heartbeatIntervalSeconds, $0.heartbeats) = (1, 5)
            },
        ]
        + [(1, 3), (2, 4), (3, 5), (5, 9), (10, 12)].map { (interval: Int64, every: Int64) in
            job("beats-\(interval)", every: every) {
                $0.heartbeatIntervalSeconds = interval
                $0.heartbeats = interval < 4 ? 6 : 2
            }
        }

    private static func job(
        _ name: String, every seconds: Int64, _ change: (inout ChaosJob) -> Void = { _ in }
    ) -> ChaosJob {
        var job = ChaosJob(name, everySeconds: seconds)
        change(&job)
        return job
    }
}
