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

    /// The delivery, deferred because its target is busy. A deferral is not an attempt.
    static func deferral(
        of delivery: Delivery, stepSeconds: Int64, turnAt: Instant?, now: Instant, redeliverAfterSeconds: Int64
    ) -> [OutboundMessage] {
        var next = delivery.request
        next.deferrals.count = min(next.deferrals.count + 1, Deferrals.countMax)
        next.deferrals.turnAt = turnAt
        return wait(
            next, of: delivery, stepSeconds: stepSeconds, now: now, redeliverAfterSeconds: redeliverAfterSeconds)
    }

    /// The delivery on its way through the ladder, before the attempt that it is for.
    ///
    /// It is reported when the record could otherwise take the delivery for lost before its attempt has ended: when the
    /// attempt comes later than the record expects it by more than half of `redeliverAfterSeconds`, or leaves less
    /// than three tenths of these seconds beside its timeout. A fifth may pass in a lane, a tenth in the queues.
    static func wait(
        _ next: DeliveryRequested, of delivery: Delivery, stepSeconds: Int64, now: Instant,
        redeliverAfterSeconds: Int64
    ) -> [OutboundMessage] {
        var next = next
        let headers = delivery.message.ownHeaders
        let dueAt = now.adding(seconds: stepSeconds)
        let expectedAt = next.deferrals.recordedDueAt ?? next.occurrence
        let unreportedMax = min(redeliverAfterSeconds * 500, redeliverAfterSeconds * 700 - next.timeoutSeconds * 1_000)
        guard dueAt.milliseconds(since: expectedAt) > unreportedMax else {
            return [OutboundMessage(DeliveryDue(next), afterSeconds: stepSeconds, headers: headers)]
        }
        next.deferrals.recordedDueAt = dueAt
        return [
            OutboundMessage(DeliveryDue(next), afterSeconds: stepSeconds, headers: headers),
            OutboundMessage(
                DeliveryDeferred(
                    executionID: next.executionID,
                    cause: .busy(
                        attempt: next.attempt, count: min(next.deferrals.sum, Deferrals.countMax), at: now),
                    nextAttemptAt: dueAt)),
        ]
    }
}
