import JobCore
import Messaging

/// The messages that follow an attempt or a deferral. The same attempt with the same end leads to the same message ids.
enum AttemptReports {
    /// The report of one attempt, and the next delivery if another attempt follows.
    static func messages(
        _ verdict: DeliveryVerdict, of delivery: Delivery, attempt: Attempt, now: Instant
    ) throws -> [OutboundMessage] {
        let request = delivery.request
        switch verdict {
        case .accept: return [try report(RoutingKey.deliveryAccepted, request, attempt)]
        case .refuse: return [try report(RoutingKey.deliveryRefused, request, attempt)]
        case .retry(let stepSeconds):
            var next = request
            next.attempt += 1
            var headers = delivery.message.ownHeaders
            headers[Header.deferrals] = nil
            let again = OutboundMessage(
                routingKey: RoutingKey.retry(stepSeconds: stepSeconds), headers: headers,
                id: "\(request.executionID)/\(next.attempt)", body: try MessageCoder.encode(next))
            let deferred = try report(
                RoutingKey.deliveryDeferred, request, attempt, nextAttemptAt: now.adding(seconds: stepSeconds))
            return [again, deferred]
        }
    }

    /// The delivery, deferred because its target is busy. That is no attempt, but it is reported, so that the reaper
    /// does not take the delivery for lost.
    static func deferral(of delivery: Delivery, now: Instant) throws -> [OutboundMessage] {
        let (request, message) = (delivery.request, delivery.message)
        var headers = message.ownHeaders
        let times = Int(headers[Header.deferrals] ?? "") ?? 0
        headers[Header.deferrals] = String(times + 1)
        let stepSeconds: Int64 = times < 3 ? 5 : 30
        let report = DeliveryReport(
            executionID: request.executionID, attempt: nil, nextAttemptAt: now.adding(seconds: stepSeconds))
        return [
            OutboundMessage(
                routingKey: RoutingKey.retry(stepSeconds: stepSeconds), headers: headers, id: message.ownID,
                body: message.body),
            OutboundMessage(
                routingKey: RoutingKey.deliveryDeferred, id: "\(request.executionID)/deferral/\(times + 1)",
                body: try MessageCoder.encode(report)),
        ]
    }

    private static func report(
        _ routingKey: String, _ request: DeliveryRequested, _ attempt: Attempt, nextAttemptAt: Instant? = nil
    ) throws -> OutboundMessage {
        OutboundMessage(
            routingKey: routingKey, id: "\(request.executionID)/\(attempt.number)/\(routingKey)",
            body: try MessageCoder.encode(
                DeliveryReport(executionID: request.executionID, attempt: attempt, nextAttemptAt: nextAttemptAt)))
    }
}
