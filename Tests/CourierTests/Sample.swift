import Foundation
import JobCore
import Messaging
import Signing

@testable import Courier

extension Lanes {
    /// Has a target answer an attempt.
    mutating func prove(_ origin: String) {
        let probe = Sample.delivery(9_999, of: origin)
        _ = admit(probe, nowMilliseconds: 0) { 0 }
        _ = finished(probe, .answered, nowMilliseconds: 0)
        _ = settled([probe.trip])
    }
}

/// Deliveries as the dispatcher requests them: due at one instant, a ttl of 119 s.
enum Sample {
    static let occurrence = Instant(millisecondsSinceEpoch: 1_569_604_200_000)
    static let executionID = ExecutionID(namespace: JobName(service: "my-serv", job: "my-job-1").id.uuid, name: "run")

    static func request(_ change: (inout DeliveryRequested) -> Void = { _ in }) -> DeliveryRequested {
        let name = JobName(service: "my-serv", job: "my-job-1")
        var request = DeliveryRequested(
            executionID: executionID, jobName: name, occurrence: occurrence, attempt: 1,
            target: InvocationTarget(kind: .http, address: "https://example.com/hook"), headers: ["X-Own": "kept"],
            payload: "This is my payload", schedule: "rate(5 minutes)", ttlSeconds: 119,
            heartbeatIntervalSeconds: 30, timeoutSeconds: 15, retry: RetryPolicy(),
            deadline: occurrence.adding(seconds: 119), lastSuccess: nil, isExclusive: false, retryOf: nil,
            trigger: .schedule)
        change(&request)
        return request
    }

    /// A delivery of a different execution for each `number`, which is also the message's tag.
    static func delivery(
        _ number: UInt64, attempt: Int = 1, of origin: String = "https://example.com"
    ) -> Delivery {
        let request = request {
            $0.executionID = ExecutionID(namespace: $0.jobName.id.uuid, name: "\(number)")
            $0.attempt = attempt
            $0.target.address = "\(origin)/hook"
        }
        return Delivery(request: request, message: message(request, number: number))
    }

    static func message(
        _ request: DeliveryRequested, number: UInt64 = 1, headers: [String: String] = [:]
    ) -> InboundMessage {
        InboundMessage(
            tag: MessageTag(epoch: 0, number: number), exchange: "belfry", routingKey: RoutingKey.deliveryRequested,
            headers: headers, id: "\(request.executionID)/\(request.attempt)", body: body(request))
    }

    private static func body(_ request: DeliveryRequested) -> [UInt8] {
        do {
            return try MessageCoder.encode(request)
        } catch {
            preconditionFailure("a sample can be encoded: \(error)")
        }
    }

    static func keys() throws -> SigningKeys {
        try SigningKeys(parsing: "main:" + Data(repeating: 7, count: 32).base64EncodedString())
    }
}
