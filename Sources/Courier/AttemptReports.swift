import JobCore
import Messaging

/// The messages that follow an attempt or a deferral. The same attempt with the same result leads to the same ids.
enum AttemptReports {
    /// The report of one attempt, and the next delivery if another attempt follows.
    static func messages(
        _ verdict: DeliveryVerdict, of delivery: Delivery, attempt: Attempt, now: Instant
    ) -> [OutboundMessage] {
        let id = delivery.request.executionID
        switch verdict {
        case .accept: return [OutboundMessage(DeliveryAccepted(executionID: id, attempt: attempt))]
        case .refuse: return [OutboundMessage(DeliveryRefused(executionID: id, attempt: attempt))]
        case .retry(let stepSeconds):
            var next = delivery.request
            next.attempt += 1
            next.deferrals = Deferrals()
            return [
                OutboundMessage(
                    DeliveryDue(next), afterSeconds: stepSeconds, headers: delivery.message.ownHeaders),
                OutboundMessage(
                    DeliveryDeferred(
                        executionID: id, cause: .failed(attempt), nextAttemptAt: now.adding(seconds: stepSeconds))),
            ]
        }
    }

    /// The delivery, deferred because its target is busy. A deferral is not an attempt. It is reported, so that the
    /// reaper does not count the delivery as lost.
    static func deferral(of delivery: Delivery, now: Instant) -> [OutboundMessage] {
        var next = delivery.request
        let count = min(next.deferrals.count + 1, Deferrals.countMax)
        next.deferrals.count = count
        let stepSeconds: Int64 = count <= 3 ? 5 : 30
        return [
            OutboundMessage(DeliveryDue(next), afterSeconds: stepSeconds, headers: delivery.message.ownHeaders),
            OutboundMessage(
                DeliveryDeferred(
                    executionID: delivery.request.executionID,
                    cause: .busy(attempt: delivery.request.attempt, count: count),
                    nextAttemptAt: now.adding(seconds: stepSeconds))),
        ]
    }
}
