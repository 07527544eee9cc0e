public import JobCore

/// `delivery.requested`: get this invocation to its service. It holds everything that courierd needs, which has no store.
public struct DeliveryRequested: PipelineMessage, Hashable, Codable {
    public var executionID: ExecutionID
    public var jobName: JobName
    public var occurrence: Instant
    /// The number of this attempt, from 1.
    public var attempt: Int
    public var target: InvocationTarget
    public var headers: [String: String]
    public var payload: String?
    public var schedule: String
    public var ttlSeconds: Int64
    public var heartbeatIntervalSeconds: Int64
    public var timeoutSeconds: Int64
    public var retry: RetryPolicy
    /// No attempt begins after this instant.
    public var deadline: Instant
    /// Nil unless the job is exclusive.
    public var lastSuccess: LastSuccess?
    public var isExclusive: Bool
    public var retryOf: ExecutionID?

    public init(
        executionID: ExecutionID, jobName: JobName, occurrence: Instant, attempt: Int, target: InvocationTarget,
        headers: [String: String], payload: String?, schedule: String, ttlSeconds: Int64,
        heartbeatIntervalSeconds: Int64, timeoutSeconds: Int64, retry: RetryPolicy, deadline: Instant,
        lastSuccess: LastSuccess?, isExclusive: Bool, retryOf: ExecutionID?
    ) {
        self.executionID = executionID
        self.jobName = jobName
        self.occurrence = occurrence
        self.attempt = attempt
        self.target = target
        self.headers = headers
        self.payload = payload
        self.schedule = schedule
        self.ttlSeconds = ttlSeconds
        self.heartbeatIntervalSeconds = heartbeatIntervalSeconds
        self.timeoutSeconds = timeoutSeconds
        self.retry = retry
        self.deadline = deadline
        self.lastSuccess = lastSuccess
        self.isExclusive = isExclusive
        self.retryOf = retryOf
    }

    public var routingKey: String { RoutingKey.deliveryRequested }
    public var messageID: String? { MessageID.delivery(executionID, attempt: attempt) }
}

extension OutboundMessage {
    /// The delivery by way of the retry ladder: it comes back to the couriers after `stepSeconds`, a step of the ladder.
    public init(_ delivery: DeliveryRequested, deferredBySeconds stepSeconds: Int64, headers: [String: String]) {
        self.init(delivery, headers: headers)
        routingKey = RoutingKey.retry(stepSeconds: stepSeconds)
    }
}

/// One flat object, without the fields that have their default: every delivery is written once and read once, and JSON
/// coders are slow at nested objects.
extension DeliveryRequested {
    private enum CodingKeys: String, CodingKey {
        case executionID = "execution_id"
        case jobName = "job"
        case occurrence = "occurrence_ms"
        case attempt
        case targetKind = "invocation_type"
        case targetAddress = "invocation_target"
        case headers, payload, schedule
        case ttlSeconds = "ttl_seconds"
        case heartbeatIntervalSeconds = "heartbeat_interval_seconds"
        case timeoutSeconds = "timeout_seconds"
        case maxAttempts = "max_attempts"
        case backoffSeconds = "backoff_seconds"
        case deadline = "deadline_ms"
        case lastSuccess = "last_success"
        case isExclusive = "exclusive"
        case retryOf = "retry_of"
    }

    public init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: CodingKeys.self)
        let standard = RetryPolicy()
        self.init(
            executionID: try body.decode(ExecutionID.self, forKey: .executionID),
            jobName: try body.decode(JobName.self, forKey: .jobName),
            occurrence: try body.decode(Instant.self, forKey: .occurrence),
            attempt: Int(try body.decode(in: 1...1_000, forKey: .attempt)),
            target: InvocationTarget(
                kind: try body.decode(InvocationTarget.Kind.self, forKey: .targetKind),
                address: try body.decode(String.self, forKey: .targetAddress)),
            headers: try body.decodeIfPresent([String: String].self, forKey: .headers) ?? [:],
            payload: try body.decodeIfPresent(String.self, forKey: .payload),
            schedule: try body.decode(String.self, forKey: .schedule),
            ttlSeconds: try body.decode(in: 1...604_800, forKey: .ttlSeconds),
            heartbeatIntervalSeconds: try body.decode(in: 0...86_400, forKey: .heartbeatIntervalSeconds),
            timeoutSeconds: try body.decode(in: 1...3_600, forKey: .timeoutSeconds),
            retry: RetryPolicy(
                maxAttempts: try body.decodeIfPresent(Int.self, forKey: .maxAttempts) ?? standard.maxAttempts,
                backoffSeconds: try body.decodeIfPresent([Int64].self, forKey: .backoffSeconds)
                    ?? standard.backoffSeconds),
            deadline: try body.decode(Instant.self, forKey: .deadline),
            lastSuccess: try body.decodeIfPresent(LastSuccess.self, forKey: .lastSuccess),
            isExclusive: try body.decodeIfPresent(Bool.self, forKey: .isExclusive) ?? false,
            retryOf: try body.decodeIfPresent(ExecutionID.self, forKey: .retryOf))
    }

    public func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        let standard = RetryPolicy()
        try body.encode(executionID, forKey: .executionID)
        try body.encode(jobName, forKey: .jobName)
        try body.encode(occurrence, forKey: .occurrence)
        try body.encode(attempt, forKey: .attempt)
        try body.encode(target.kind, forKey: .targetKind)
        try body.encode(target.address, forKey: .targetAddress)
        if !headers.isEmpty { try body.encode(headers, forKey: .headers) }
        try body.encodeIfPresent(payload, forKey: .payload)
        try body.encode(schedule, forKey: .schedule)
        try body.encode(ttlSeconds, forKey: .ttlSeconds)
        try body.encode(heartbeatIntervalSeconds, forKey: .heartbeatIntervalSeconds)
        try body.encode(timeoutSeconds, forKey: .timeoutSeconds)
        if retry.maxAttempts != standard.maxAttempts { try body.encode(retry.maxAttempts, forKey: .maxAttempts) }
        if retry.backoffSeconds != standard.backoffSeconds {
            try body.encode(retry.backoffSeconds, forKey: .backoffSeconds)
        }
        try body.encode(deadline, forKey: .deadline)
        try body.encodeIfPresent(lastSuccess, forKey: .lastSuccess)
        if isExclusive { try body.encode(true, forKey: .isExclusive) }
        try body.encodeIfPresent(retryOf, forKey: .retryOf)
    }
}
