/// What a service asked for: a schedule, a target and a policy.
public struct Job: Sendable, Equatable, Codable {
    public var name: JobName
    /// False pauses the job: no executions, no history.
    public var isEnabled: Bool
    /// True: an occurrence that finds an execution still running fails at once, reason `locked`.
    public var isExclusive: Bool
    public var target: InvocationTarget
    /// Sent unchanged, at most 256 KiB.
    public var payload: String?
    public var schedule: ScheduleKey
    /// How long an execution may take, 1 to 604,800 s, counted from the accepted invocation.
    public var ttlSeconds: Int64
    /// How often a running execution promises to be heard of; nil takes the default for the ttl.
    public var heartbeatIntervalSeconds: Int64?
    public var retry: RetryPolicy
    /// How long one attempt may take.
    public var timeoutSeconds: Int64
    /// Sent with the webhook.
    public var headers: [String: String]
    public var misfire: MisfirePolicy
    /// A missed occurrence older than this is never run; nil sets no limit.
    public var misfireMaxAgeSeconds: Int64?
    public var startAt: Instant?
    public var endAt: Instant?
    public var tags: [String]
    public var description: String?

    public init(
        name: JobName, isEnabled: Bool = true, isExclusive: Bool = false, target: InvocationTarget,
        payload: String? = nil, schedule: ScheduleKey, ttlSeconds: Int64, heartbeatIntervalSeconds: Int64? = nil,
        retry: RetryPolicy = RetryPolicy(), timeoutSeconds: Int64 = 15, headers: [String: String] = [:],
        misfire: MisfirePolicy = .last, misfireMaxAgeSeconds: Int64? = nil, startAt: Instant? = nil,
        endAt: Instant? = nil, tags: [String] = [], description: String? = nil
    ) {
        self.name = name
        self.isEnabled = isEnabled
        self.isExclusive = isExclusive
        self.target = target
        self.payload = payload
        self.schedule = schedule
        self.ttlSeconds = ttlSeconds
        self.heartbeatIntervalSeconds = heartbeatIntervalSeconds
        self.retry = retry
        self.timeoutSeconds = timeoutSeconds
        self.headers = headers
        self.misfire = misfire
        self.misfireMaxAgeSeconds = misfireMaxAgeSeconds
        self.startAt = startAt
        self.endAt = endAt
        self.tags = tags
        self.description = description
    }

    /// The interval a service is asked to be heard at: its own, or min(max(30, ttl/10), 48) seconds.
    public var effectiveHeartbeatIntervalSeconds: Int64 {
        heartbeatIntervalSeconds ?? min(max(30, ttlSeconds / 10), 48)
    }
}

/// Where an invocation goes.
public struct InvocationTarget: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Codable, CaseIterable { case http, rabbitmq, sqs }
    public var kind: Kind
    /// http: an absolute URL. rabbitmq: `exchange/routing_key` or `queue:NAME`. sqs: the queue's URL.
    public var address: String

    public init(kind: Kind, address: String) {
        self.kind = kind
        self.address = address
    }
}

/// What makes two schedules the same: jobs that share a key share their due events.
public struct ScheduleKey: Sendable, Hashable, Codable {
    public var expression: String
    public var timeZone: String
    public var dst: DSTPolicy

    public init(_ expression: String, timeZone: String = "UTC", dst: DSTPolicy = .default) {
        self.expression = expression
        self.timeZone = timeZone
        self.dst = dst
    }

    public func parsed() throws(ScheduleError) -> Schedule {
        try Schedule(expression, timeZone: timeZone, dst: dst)
    }
}

/// What becomes of occurrences that were found due more than a minute late.
public enum MisfirePolicy: String, Sendable, Codable, CaseIterable {
    /// None of them is run.
    case skip
    /// Only the latest is run.
    case last
    /// Each is run, in order.
    case all
}

/// How often and how far apart an invocation is tried.
public struct RetryPolicy: Sendable, Hashable, Codable {
    /// Tries in all, the first included; 1 to 20.
    public var maxAttempts: Int
    /// The wait before the second try, the third, …; the last one repeats.
    public var backoffSeconds: [Int64]

    public init(maxAttempts: Int = 3, backoffSeconds: [Int64] = [5, 30]) {
        self.maxAttempts = maxAttempts
        self.backoffSeconds = backoffSeconds
    }

    /// The wait after try number `attempt` (1 is the first).
    public func backoffSeconds(afterAttempt attempt: Int) -> Int64 {
        guard let last = backoffSeconds.last else { return 5 }
        let index = attempt - 1
        return backoffSeconds.indices.contains(index) ? backoffSeconds[index] : last
    }
}
