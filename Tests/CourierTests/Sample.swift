import Foundation
import JobCore
import Messaging
import Signing

/// A delivery as the dispatcher asks for it: due at 12:00:00, a ttl of 119 s.
enum Sample {
    static let occurrence = Instant(millisecondsSinceEpoch: 1_569_604_200_000)
    static let executionID = ExecutionID(namespace: JobName(service: "my-serv", job: "my-job-1").id.uuid, name: "run")

    static func request(_ change: (inout DeliveryRequested) -> Void = { _ in }) -> DeliveryRequested {
        let name = JobName(service: "my-serv", job: "my-job-1")
        var request = DeliveryRequested(
            executionID: executionID, name: name, occurrence: occurrence, attempt: 1,
            target: InvocationTarget(kind: .http, address: "https://example.com/hook"), headers: ["X-Own": "kept"],
            payload: "This is my payload", schedule: "rate(5 minutes)", ttlSeconds: 119,
            heartbeatIntervalSeconds: 30, timeoutSeconds: 15, retry: RetryPolicy(),
            deadline: occurrence.adding(seconds: 119), lastSuccess: nil, isExclusive: false, retryOf: nil)
        change(&request)
        return request
    }

    static func message(_ request: DeliveryRequested, headers: [String: String] = [:]) throws -> InboundMessage {
        InboundMessage(
            tag: MessageTag(epoch: 0, number: 1), exchange: "belfry", routingKey: RoutingKey.deliveryRequested,
            headers: headers, id: "\(request.executionID)/\(request.attempt)", body: try MessageCoder.encode(request))
    }

    static func keys() throws -> SigningKeys {
        try SigningKeys(parsing: "main:" + Data(repeating: 7, count: 32).base64EncodedString())
    }
}
