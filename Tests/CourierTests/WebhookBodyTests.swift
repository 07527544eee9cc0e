import Foundation
import JSON
import JobCore
import Messaging
import Testing

@testable import Courier

@Suite struct `The webhook's body` {
    private static func body(
        _ request: DeliveryRequested, afterMilliseconds: Int64 = 34_310
    ) throws -> [String: JSONValue] {
        let body = WebhookBody(
            request: request, callbackURL: "https://callbacks.example/callback/t",
            now: Sample.occurrence.adding(milliseconds: afterMilliseconds))
        guard case .object(let fields) = try JSONValue.parse(MessageCoder.encode(body)) else { return [:] }
        return fields
    }

    /// The predecessor's example, and Belfry's own fields.
    @Test func `the webhook's body has the predecessor's names, types and meanings`() throws {
        let expected: [String: JSONValue] = [
            "callback_url": .string("https://callbacks.example/callback/t"), "heartbeat_interval_seconds": .integer(30),
            "invocation_latency_ms": .integer(34_310), "invocation_latency_pct": .number(28.8),
            "job_name": .string("my-job-1"), "last_successful_execution": .object([:]),
            "payload": .string("This is my payload"), "schedule": .string("rate(5 minutes)"),
            "scheduled_time_ms": .integer(1_569_604_200_000), "scheduled_time": .string("2019-09-27T17:10:00Z"),
            "ttl_seconds": .integer(119), "service_name": .string("my-serv"),
            "execution_id": .string(Sample.executionID.description), "attempt": .integer(1), "retry_of": .null,
            "trigger": .string("schedule"),
        ]
        #expect(try Self.body(Sample.request { $0.isExclusive = true }) == expected)
    }

    @Test func `only an exclusive job's webhook contains the last success`() throws {
        let last = LastSuccess(
            executionID: .random(), occurrence: Instant(millisecondsSinceEpoch: 1_570_126_320_000),
            invokedAt: Instant(millisecondsSinceEpoch: 1_570_126_320_450), state: #"{"duration":2392}"#,
            summary: "Success summary text")
        let other = try Self.body(Sample.request { $0.lastSuccess = last })
        #expect(other["last_successful_execution"] == .object([:]), "the predecessor always sent the field")
        let request = Sample.request {
            $0.lastSuccess = last
            $0.isExclusive = true
        }
        #expect(
            try Self.body(request)["last_successful_execution"]
                == .object([
                    "name": .string(last.executionID.description), "scheduled_time_ms": .integer(1_570_126_320_000),
                    "scheduled_time": .string("2019-10-03T18:12:00Z"),
                    "service_invoked_at_ms": .integer(1_570_126_320_450), "state": .string(#"{"duration":2392}"#),
                    "status": .string("success"), "summary": .string("Success summary text"),
                ]))
    }

    @Test func `only the webhook of a test says that it is one`() throws {
        #expect(try Self.body(Sample.request { $0.isTest = true })["test"] == .bool(true))
        #expect(try Self.body(Sample.request { $0.isBulk = true })["test"] == nil)
    }

    @Test func `the webhook's body contains null for absent values`() throws {
        let body = try Self.body(Sample.request { $0.payload = nil })
        #expect(body["payload"] == .null)
        #expect(body["retry_of"] == .null)
    }

    @Test func `the webhook's body contains the payload unchanged`() throws {
        let payload = "{\"a\":\"é\u{1F980}/\\\"\"}\n\u{7}"
        #expect(try Self.body(Sample.request { $0.payload = payload })["payload"] == .string(payload))
    }

    @Test func `the webhook's body names the execution that it retries`() throws {
        let earlier = ExecutionID.random()
        #expect(try Self.body(Sample.request { $0.retryOf = earlier })["retry_of"] == .string("\(earlier)"))
    }

    @Test(
        arguments: [(34_310, 119, 28.8), (0, 60, 0), (60_000, 60, 100), (90_000, 60, 150), (29, 60, 0), (30, 60, 0.1)]
            as [(Int64, Int64, Double)])
    func `the webhook's body has the latency as a percentage of the ttl with one decimal`(
        milliseconds: Int64, ttl: Int64, percentage: Double
    ) {
        #expect(WebhookBody.percentage(milliseconds, ofSeconds: ttl) == percentage)
    }
}
