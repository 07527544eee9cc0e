/// The routing keys of the pipeline's exchange.
public enum RoutingKey {
    public static let scheduleDue = "schedule.due"
    public static let runRequested = "run.requested"
    public static let redeliveryRequested = "redelivery.requested"
    public static let deliveryDue = "delivery.due"
    public static let deliveryRequested = "delivery.requested"
    public static let deliveryAccepted = "delivery.accepted"
    public static let deliveryDeferred = "delivery.deferred"
    public static let deliveryRefused = "delivery.refused"
    public static let callbackReceived = "callback.received"
    public static let executionExpired = "execution.expired"
    public static let executionCancelled = "execution.cancelled"
    public static let executionStarted = "execution.started"
    public static let executionProgressed = "execution.progressed"
    public static let executionFinished = "execution.finished"
    public static let jobChanged = "job.changed"
    public static let baton = "ticker.baton"

    /// The retry queue of a step of the ladder.
    public static func retry(stepSeconds: Int64) -> String { "courier.retry.\(stepSeconds)" }
}
