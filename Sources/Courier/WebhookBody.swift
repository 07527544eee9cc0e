import JobCore
import Messaging

/// The JSON body of a webhook. The predecessor's fields keep their names and meanings; Belfry's own fields come last.
struct WebhookBody: Encodable {
    let request: DeliveryRequested
    let callbackURL: String
    let now: Instant

    // swift-format-ignore: AlwaysUseLowerCamelCase
    private enum Key: String, CodingKey {
        case callback_url, heartbeat_interval_seconds, invocation_latency_ms, invocation_latency_pct, job_name
        case last_successful_execution, payload, schedule, scheduled_time, scheduled_time_ms, ttl_seconds
        case service_name, execution_id, attempt, retry_of, trigger, test
    }

    // swift-format-ignore: AlwaysUseLowerCamelCase
    private enum LastKey: String, CodingKey {
        case name, scheduled_time, scheduled_time_ms, service_invoked_at_ms, state, status, summary
    }

    func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: Key.self)
        let latency = now.milliseconds(since: request.occurrence)
        try body.encode(callbackURL, forKey: .callback_url)
        try body.encode(request.heartbeatIntervalSeconds, forKey: .heartbeat_interval_seconds)
        try body.encode(latency, forKey: .invocation_latency_ms)
        try body.encode(Self.percentage(latency, ofSeconds: request.ttlSeconds), forKey: .invocation_latency_pct)
        try body.encode(request.jobName.job, forKey: .job_name)
        try encodeLast(body.nestedContainer(keyedBy: LastKey.self, forKey: .last_successful_execution))
        try body.encode(request.payload, forKey: .payload)
        try body.encode(request.schedule, forKey: .schedule)
        try body.encode(request.occurrence.rfc3339, forKey: .scheduled_time)
        try body.encode(request.occurrence, forKey: .scheduled_time_ms)
        try body.encode(request.ttlSeconds, forKey: .ttl_seconds)
        try body.encode(request.jobName.service, forKey: .service_name)
        try body.encode(request.executionID, forKey: .execution_id)
        try body.encode(request.attempt, forKey: .attempt)
        try body.encode(request.retryOf, forKey: .retry_of)
        try body.encode(request.trigger, forKey: .trigger)
        if request.isTest { try body.encode(true, forKey: .test) }
    }

    /// `{}` before the first success, and for a job that is not exclusive.
    private func encodeLast(_ container: KeyedEncodingContainer<LastKey>) throws {
        guard request.isExclusive, let last = request.lastSuccess else { return }
        var container = container
        try container.encode(last.executionID, forKey: .name)
        try container.encode(last.occurrence.rfc3339, forKey: .scheduled_time)
        try container.encode(last.occurrence, forKey: .scheduled_time_ms)
        try container.encode(last.invokedAt, forKey: .service_invoked_at_ms)
        try container.encode(last.state, forKey: .state)
        try container.encode(ExecutionStatus.success, forKey: .status)
        try container.encode(last.summary, forKey: .summary)
    }

    /// The percentage, rounded to one decimal.
    static func percentage(_ milliseconds: Int64, ofSeconds seconds: Int64) -> Double {
        (Double(milliseconds) / Double(seconds)).rounded() / 10
    }
}
