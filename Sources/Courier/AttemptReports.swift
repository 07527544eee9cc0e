internal import JobCore
internal import Messaging

/// What the courier says after an attempt. The same attempt with the same end leads to the same message ids.
enum AttemptReports {
    static func messages(
        _ verdict: DeliveryVerdict, for request: DeliveryRequested, from message: InboundMessage, attempt: Attempt,
        now: Instant
    ) throws -> [OutboundMessage] {
        switch verdict {
        case .accept: return [try report(RoutingKey.deliveryAccepted, request, attempt)]
        case .refuse: return [try report(RoutingKey.deliveryRefused, request, attempt)]
        case .retry(let stepSeconds):
            var next = request
            next.attempt += 1
            var headers = message.ownHeaders
            headers[Header.deferrals] = nil
            let again = OutboundMessage(
                routingKey: RoutingKey.retry(stepSeconds: stepSeconds), headers: headers,
                id: "\(request.executionID)/\(next.attempt)", body: try MessageCoder.encode(next))
            let deferred = try report(
                RoutingKey.deliveryDeferred, request, attempt, nextAttemptAt: now.adding(seconds: stepSeconds))
            return [again, deferred]
        }
    }

    /// The delivery, put aside: its target has enough to do. It counts as no attempt, but the record hears of it, so
    /// that the reaper does not take it for lost.
    static func parked(
        _ message: InboundMessage, of request: DeliveryRequested, now: Instant
    ) throws -> [OutboundMessage] {
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
                routingKey: RoutingKey.deliveryDeferred, id: "\(request.executionID)/parked/\(times + 1)",
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
