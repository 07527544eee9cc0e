import Foundation
import JobCore
import Messaging

/// What the benchmarks work on: an ordinary job that a service runs for some seconds.
enum Samples {
    static let instant = Instant(secondsSinceEpoch: 1_790_000_000)
    static let answeredAt = instant.adding(milliseconds: 40)

    static let callback = Array(
        #"{"status":"success","summary":"3 invoices","state":"page 7","correlation_id":"order-4711"}"#.utf8)
    static let heartbeat = Array(#"{"status":"processing","progress":40}"#.utf8)

    static func job(_ number: Int = 0) -> Job {
        Job(
            name: JobName(service: "billing", job: "invoices-\(number)"),
            target: InvocationTarget(kind: .http, address: "https://billing.example.com/jobs/invoices?batch=\(number)"),
            payload: #"{"customer":4711,"kind":"monthly"}"#, schedule: ScheduleKey("rate(5 minutes)"), ttlSeconds: 300)
    }

    static func execution(_ number: Int = 0, at occurrence: Instant = instant) -> Execution {
        Execution.scheduled(
            job(number), at: occurrence, judgedAt: occurrence, decision: .run, now: occurrence.adding(milliseconds: 5))
    }

    static func delivery(_ number: Int = 0) -> DeliveryRequested {
        let job = Self.job(number)
        var request = DeliveryRequested(
            executionID: Execution.id(of: job.name.id, at: instant), jobName: job.name, occurrence: instant, attempt: 1,
            target: job.target, headers: ["x-tenant": "north"], payload: job.payload,
            schedule: job.schedule.expression, ttlSeconds: job.ttlSeconds,
            heartbeatIntervalSeconds: job.effectiveHeartbeatIntervalSeconds, timeoutSeconds: job.timeoutSeconds,
            retry: job.retry, deadline: instant.adding(seconds: job.ttlSeconds), lastSuccess: nil, isExclusive: false,
            retryOf: nil, trigger: .schedule)
        request.requestedAt = instant.adding(milliseconds: 5)
        return request
    }

    static let attempt = Attempt(
        number: 1, at: instant.adding(milliseconds: 28), statusCode: 200, latencyMilliseconds: 12)

    static let accepted = DeliveryAccepted(
        executionID: Execution.id(of: job().name.id, at: instant), attempt: attempt)

    /// A message as a consumer receives it.
    static func inbound(_ message: OutboundMessage, number: UInt64 = 1) -> InboundMessage {
        InboundMessage(
            tag: MessageTag(epoch: 1, number: number), exchange: "belfry", routingKey: message.routingKey,
            headers: message.headers, id: message.id, body: message.body)
    }
}
