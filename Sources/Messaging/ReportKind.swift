/// The kinds of reports: the beginning of their routing key.
public enum ReportKind: String, Sendable, CaseIterable {
    case deliveryAccepted = "delivery.accepted"
    case deliveryDeferred = "delivery.deferred"
    case deliveryRefused = "delivery.refused"
    case deliveryOverdue = "delivery.overdue"
    case callbackReceived = "callback.received"
    case executionExpired = "execution.expired"
    case executionCancelled = "execution.cancelled"
    /// About no execution: callbacks can be received.
    case signOfLife = "sign_of_life"
    /// About no execution: a courier has taken a mark.
    case markTaken = "mark.taken"
}
