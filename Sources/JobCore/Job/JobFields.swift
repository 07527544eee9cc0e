/// The fields of a job that everyone may see, as JSON: in the API, and in events. They are those of the document that
/// was
/// put, with all defaults filled in, without the payload and the headers, and when the job was created and changed.
///
/// A field without a value is null, never left out.
public struct JobFields: Sendable, Equatable, Encodable {
    /// The job.
    public var job: Job
    /// When it was put for the first time.
    public var createdAt: Instant
    /// When it was last changed.
    public var updatedAt: Instant

    public init(_ job: Job, createdAt: Instant, updatedAt: Instant) {
        self.job = job
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    private enum CodingKeys: String, CodingKey {
        case serviceName = "service_name"
        case jobName = "job_name"
        case jobGUID = "job_guid"
        case async, enabled, exclusive, overlap
        case invocationType = "invocation_type"
        case invocationTarget = "invocation_target"
        case schedule
        case timeZone = "time_zone"
        case dst
        case ttlSeconds = "ttl_seconds"
        case heartbeatIntervalSeconds = "heartbeat_interval_seconds"
        case retry
        case timeoutSeconds = "timeout_seconds"
        case misfire
        case misfireMaxAgeSeconds = "misfire_max_age_seconds"
        case startAt = "start_at"
        case endAt = "end_at"
        case tags, description, owner
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    private struct Retry: Encodable {
        var maxAttempts: Int
        var backoffSeconds: [Int64]

        private enum CodingKeys: String, CodingKey {
            case maxAttempts = "max_attempts"
            case backoffSeconds = "backoff_seconds"
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        try body.encode(job.name.service, forKey: .serviceName)
        try body.encode(job.name.job, forKey: .jobName)
        try body.encode(job.name.id, forKey: .jobGUID)
        try body.encode(true, forKey: .async)
        try body.encode(job.isEnabled, forKey: .enabled)
        try body.encode(job.isExclusive, forKey: .exclusive)
        try body.encode(job.overlap, forKey: .overlap)
        try body.encode(job.target.kind, forKey: .invocationType)
        try body.encode(job.target.address, forKey: .invocationTarget)
        try body.encode(job.schedule.expression, forKey: .schedule)
        try body.encode(job.schedule.timeZone, forKey: .timeZone)
        try body.encode(job.schedule.dst, forKey: .dst)
        try body.encode(job.ttlSeconds, forKey: .ttlSeconds)
        try body.encode(job.effectiveHeartbeatIntervalSeconds, forKey: .heartbeatIntervalSeconds)
        try body.encode(
            Retry(maxAttempts: job.retry.maxAttempts, backoffSeconds: job.retry.backoffSeconds), forKey: .retry)
        try body.encode(job.timeoutSeconds, forKey: .timeoutSeconds)
        try body.encode(job.misfire, forKey: .misfire)
        try body.encode(job.misfireMaxAgeSeconds, forKey: .misfireMaxAgeSeconds)
        try body.encode(job.startAt?.rfc3339, forKey: .startAt)
        try body.encode(job.endAt?.rfc3339, forKey: .endAt)
        try body.encode(job.tags, forKey: .tags)
        try body.encode(job.description, forKey: .description)
        try body.encode(job.owner, forKey: .owner)
        try body.encode(createdAt.rfc3339, forKey: .createdAt)
        try body.encode(updatedAt.rfc3339, forKey: .updatedAt)
    }
}
