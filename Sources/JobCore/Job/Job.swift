/// A job that a service registered: a schedule, a target and the policies for its executions.
public struct Job: Sendable, Equatable, Codable {
    /// Its name, `service/name`, which is also its identity.
    public var name: JobName
    /// False pauses the job: its occurrences are skipped, without a record.
    public var isEnabled: Bool
    /// True allows one open execution at a time: an occurrence that finds one fails at once, reason `locked`.
    public var isExclusive: Bool
    /// The place where invocations are delivered.
    public var target: InvocationTarget
    /// Sent to the service unchanged; at most ``Limits/payloadBytesMax`` bytes.
    public var payload: String?
    /// When the job runs.
    public var schedule: ScheduleKey
    /// Seconds that an execution may take, counted from the accepted invocation; 1 to ``Limits/ttlSecondsMax``.
    public var ttlSeconds: Int64
    /// Seconds within which the service promises another callback while it runs; nil takes the default for the ttl.
    public var heartbeatIntervalSeconds: Int64?
    /// How often a delivery is tried.
    public var retry: RetryPolicy
    /// Seconds that one attempt may take.
    public var timeoutSeconds: Int64
    /// Added to the webhook; see ``HeaderRule``.
    public var headers: [String: String]
    /// Which late occurrences run.
    public var misfire: MisfirePolicy
    /// Seconds after which a late occurrence no longer runs, under any policy; nil sets no limit.
    public var misfireMaxAgeSeconds: Int64?
    /// Occurrences before this instant are skipped.
    public var startAt: Instant?
    /// Occurrences from this instant on are skipped.
    public var endAt: Instant?
    /// Labels for people and for searching; they change nothing.
    public var tags: [String]
    /// A text for people; it changes nothing.
    public var description: String?
    /// Who manages the job as code: `belfry jobs apply --owner` deletes only jobs of its own. It changes no run.
    public var owner: String?

    public init(
        name: JobName, isEnabled: Bool = true, isExclusive: Bool = false, target: InvocationTarget,
        payload: String? = nil, schedule: ScheduleKey, ttlSeconds: Int64, heartbeatIntervalSeconds: Int64? = nil,
        retry: RetryPolicy = RetryPolicy(), timeoutSeconds: Int64 = 15, headers: [String: String] = [:],
        misfire: MisfirePolicy = .last, misfireMaxAgeSeconds: Int64? = nil, startAt: Instant? = nil,
        endAt: Instant? = nil, tags: [String] = [], description: String? = nil, owner: String? = nil
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
        self.owner = owner
    }

    /// What becomes of an occurrence that finds an execution of the job open.
    public var overlap: OverlapPolicy { isExclusive ? .skip : .allow }

    /// The heartbeat interval that a service is asked to keep, in seconds: the job's own, or a tenth of the ttl, but at
    /// least 30 and at most 48.
    public var effectiveHeartbeatIntervalSeconds: Int64 {
        heartbeatIntervalSeconds ?? min(max(30, ttlSeconds / 10), 48)
    }
}
