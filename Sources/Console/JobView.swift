import JobCore
import Store

/// The JSON of a job: the document that was put, with all defaults filled in, and three instants.
///
/// A field without a value is null, never left out.
struct JobView: Encodable {
    let stored: StoredJob
    let now: Instant
    /// False hides the values of the headers.
    let showsHeaders: Bool

    private enum CodingKeys: String, CodingKey {
        case serviceName = "service_name"
        case jobName = "job_name"
        case jobGUID = "job_guid"
        case async, enabled, exclusive
        case invocationType = "invocation_type"
        case invocationTarget = "invocation_target"
        case payload, schedule
        case timeZone = "time_zone"
        case dst
        case ttlSeconds = "ttl_seconds"
        case heartbeatIntervalSeconds = "heartbeat_interval_seconds"
        case retry
        case timeoutSeconds = "timeout_seconds"
        case headers, misfire
        case misfireMaxAgeSeconds = "misfire_max_age_seconds"
        case startAt = "start_at"
        case endAt = "end_at"
        case tags, description
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case nextOccurrence = "next_occurrence"
    }

    private struct Retry: Encodable {
        var maxAttempts: Int
        var backoffSeconds: [Int64]

        private enum CodingKeys: String, CodingKey {
            case maxAttempts = "max_attempts"
            case backoffSeconds = "backoff_seconds"
        }
    }

    func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: CodingKeys.self)
        let job = stored.job
        try body.encode(job.name.service, forKey: .serviceName)
        try body.encode(job.name.job, forKey: .jobName)
        try body.encode(stored.id, forKey: .jobGUID)
        try body.encode(true, forKey: .async)
        try body.encode(job.isEnabled, forKey: .enabled)
        try body.encode(job.isExclusive, forKey: .exclusive)
        try body.encode(job.target.kind, forKey: .invocationType)
        try body.encode(job.target.address, forKey: .invocationTarget)
        try body.encode(job.payload, forKey: .payload)
        try body.encode(job.schedule.expression, forKey: .schedule)
        try body.encode(job.schedule.timeZone, forKey: .timeZone)
        try body.encode(job.schedule.dst, forKey: .dst)
        try body.encode(job.ttlSeconds, forKey: .ttlSeconds)
        try body.encode(job.effectiveHeartbeatIntervalSeconds, forKey: .heartbeatIntervalSeconds)
        try body.encode(
            Retry(maxAttempts: job.retry.maxAttempts, backoffSeconds: job.retry.backoffSeconds), forKey: .retry)
        try body.encode(job.timeoutSeconds, forKey: .timeoutSeconds)
        try body.encode(showsHeaders ? job.headers : HiddenHeaders.hidden(job.headers), forKey: .headers)
        try body.encode(job.misfire, forKey: .misfire)
        try body.encode(job.misfireMaxAgeSeconds, forKey: .misfireMaxAgeSeconds)
        try body.encode(job.startAt?.rfc3339, forKey: .startAt)
        try body.encode(job.endAt?.rfc3339, forKey: .endAt)
        try body.encode(job.tags, forKey: .tags)
        try body.encode(job.description, forKey: .description)
        try body.encode(stored.createdAt.rfc3339, forKey: .createdAt)
        try body.encode(stored.updatedAt.rfc3339, forKey: .updatedAt)
        try body.encode(nextOccurrence?.rfc3339, forKey: .nextOccurrence)
    }

    private var nextOccurrence: Instant? {
        let job = stored.job
        guard job.isEnabled, let schedule = try? job.schedule.parsed() else { return nil }
        let from = max(now, stored.effectiveAfter, job.startAt?.adding(milliseconds: -1) ?? now)
        guard let next = schedule.next(after: from) else { return nil }
        return job.endAt.map { next <= $0 } ?? true ? next : nil
    }
}
