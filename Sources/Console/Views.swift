internal import JobCore
internal import Store

/// A job as the API shows it: the document that was put, and what became of it.
struct JobView: Encodable {
    let stored: StoredJob
    let now: Instant

    // swift-format-ignore: AlwaysUseLowerCamelCase
    private enum Key: String, CodingKey {
        case service_name, job_name, job_guid, async, enabled, exclusive, invocation_type, invocation_target, payload
        case schedule, time_zone, dst, ttl_seconds, heartbeat_interval_seconds, retry, timeout_seconds, headers, misfire
        case misfire_max_age_seconds, start_at, end_at, tags, description, created_at, updated_at, next_occurrence
    }

    // swift-format-ignore: AlwaysUseLowerCamelCase
    private struct Retry: Encodable {
        var max_attempts: Int
        var backoff_seconds: [Int64]
    }

    func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: Key.self)
        let job = stored.job
        try body.encode(job.name.service, forKey: .service_name)
        try body.encode(job.name.job, forKey: .job_name)
        try body.encode(stored.id, forKey: .job_guid)
        try body.encode(true, forKey: .async)
        try body.encode(job.isEnabled, forKey: .enabled)
        try body.encode(job.isExclusive, forKey: .exclusive)
        try body.encode(job.target.kind, forKey: .invocation_type)
        try body.encode(job.target.address, forKey: .invocation_target)
        try body.encode(job.payload, forKey: .payload)
        try body.encode(job.schedule.expression, forKey: .schedule)
        try body.encode(job.schedule.timeZone, forKey: .time_zone)
        try body.encode(job.schedule.dst, forKey: .dst)
        try body.encode(job.ttlSeconds, forKey: .ttl_seconds)
        try body.encode(job.effectiveHeartbeatIntervalSeconds, forKey: .heartbeat_interval_seconds)
        try body.encode(
            Retry(max_attempts: job.retry.maxAttempts, backoff_seconds: job.retry.backoffSeconds), forKey: .retry)
        try body.encode(job.timeoutSeconds, forKey: .timeout_seconds)
        try body.encode(job.headers, forKey: .headers)
        try body.encode(job.misfire, forKey: .misfire)
        try body.encode(job.misfireMaxAgeSeconds, forKey: .misfire_max_age_seconds)
        try body.encode(job.startAt?.rfc3339, forKey: .start_at)
        try body.encode(job.endAt?.rfc3339, forKey: .end_at)
        try body.encode(job.tags, forKey: .tags)
        try body.encode(job.description, forKey: .description)
        try body.encode(stored.createdAt.rfc3339, forKey: .created_at)
        try body.encode(stored.updatedAt.rfc3339, forKey: .updated_at)
        try body.encode(nextOccurrence?.rfc3339, forKey: .next_occurrence)
    }

    private var nextOccurrence: Instant? {
        let job = stored.job
        guard job.isEnabled, let schedule = try? job.schedule.parsed() else { return nil }
        let from = max(now, stored.effectiveAfter, job.startAt?.adding(milliseconds: -1) ?? now)
        guard let next = schedule.next(after: from) else { return nil }
        return job.endAt.map { next <= $0 } ?? true ? next : nil
    }
}

/// An execution as lists show it.
struct ExecutionView: Encodable {
    let execution: Execution
    /// Adds what only the page of one execution tells.
    let isWhole: Bool

    // swift-format-ignore: AlwaysUseLowerCamelCase
    private enum Key: String, CodingKey {
        case execution_id, service_name, job_name, job_guid, schedule, scheduled_time, scheduled_time_ms, status, reason
        case progress, service_invoked_at_ms, finished_at_ms, ttl_seconds, heartbeat_interval_seconds, correlation_id
        case summary, state, error, payload, retry_of, retried_by, deadline_ms, timeline
    }

    func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: Key.self)
        let state = execution.state
        try body.encode(execution.id, forKey: .execution_id)
        try body.encode(execution.jobName.service, forKey: .service_name)
        try body.encode(execution.jobName.job, forKey: .job_name)
        try body.encode(execution.jobID, forKey: .job_guid)
        try body.encode(execution.schedule, forKey: .schedule)
        try body.encode(execution.occurrence.rfc3339, forKey: .scheduled_time)
        try body.encode(execution.occurrence, forKey: .scheduled_time_ms)
        try body.encode(state.status, forKey: .status)
        try body.encode(state.reason, forKey: .reason)
        try body.encode(state.progress, forKey: .progress)
        try body.encode(state.invokedAt, forKey: .service_invoked_at_ms)
        try body.encode(state.finishedAt, forKey: .finished_at_ms)
        try body.encode(execution.outcome.correlationID, forKey: .correlation_id)
        try body.encode(execution.outcome.summary, forKey: .summary)
        try body.encode(execution.outcome.error, forKey: .error)
        try body.encode(execution.retryOf, forKey: .retry_of)
        try body.encode(execution.retriedBy, forKey: .retried_by)
        guard isWhole else { return }
        try body.encode(execution.outcome.state, forKey: .state)
        try body.encode(execution.payload, forKey: .payload)
        try body.encode(state.ttlSeconds, forKey: .ttl_seconds)
        try body.encode(state.heartbeatIntervalSeconds, forKey: .heartbeat_interval_seconds)
        try body.encode(state.deadline, forKey: .deadline_ms)
        try body.encode(Timeline.entries(of: execution), forKey: .timeline)
    }
}

/// What happened to an execution, in the order it happened.
enum Timeline {
    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct Entry: Encodable, Equatable {
        var at: String
        var event: String
        var attempt: Int?
        var status_code: Int?
        var latency_ms: Int64?
        var detail: String?
    }

    static func entries(of execution: Execution) -> [Entry] {
        var entries: [(Instant, Entry)] = []
        func add(_ at: Instant, _ event: String, _ change: (inout Entry) -> Void = { _ in }) {
            var entry = Entry(at: at.rfc3339, event: event)
            change(&entry)
            entries.append((at, entry))
        }
        add(execution.createdAt, "created")
        for attempt in execution.attempts {
            add(attempt.at, "attempt") {
                $0.attempt = attempt.number
                $0.status_code = attempt.statusCode
                $0.latency_ms = attempt.latencyMilliseconds
                $0.detail = attempt.error
            }
        }
        let state = execution.state
        if let first = state.firstHeartbeatAt { add(first, "first heartbeat") }
        if let latest = state.lastHeartbeatAt, latest != state.firstHeartbeatAt { add(latest, "latest heartbeat") }
        if let end = state.finishedAt {
            add(end, state.status.rawValue) { $0.detail = state.reason?.rawValue }
        }
        // Stable: what happened in the same millisecond stays in this order.
        return entries.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(\.element.1)
    }
}
