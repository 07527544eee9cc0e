/// The routing keys of the pipeline's exchange.
public enum RoutingKey {
    public static let scheduleDue = "schedule.due"
    public static let runRequested = "run.requested"
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

/// The pipeline's two exchanges, both of type topic.
public enum Exchange: String, Sendable, CaseIterable {
    /// What stages say to each other, and the event fork.
    case pipeline = ""
    /// Dead letters, with the work queue's name as the routing key.
    case dead = ".dead"
}

/// The queues that stages consume, named `owner.noun`.
public enum WorkQueue: String, Sendable, CaseIterable {
    case tickerBaton = "ticker.baton"
    case dispatcherDue = "dispatcher.due"
    case dispatcherRuns = "dispatcher.runs"
    case courierDeliveries = "courier.deliveries"
    case ingesterReports = "ingester.reports"

    /// The routing keys of the pipeline's exchange that lead here.
    public var routingKeys: [String] {
        switch self {
        case .tickerBaton: [RoutingKey.baton]
        case .dispatcherDue: [RoutingKey.scheduleDue]
        case .dispatcherRuns: [RoutingKey.runRequested]
        case .courierDeliveries: [RoutingKey.deliveryRequested]
        case .ingesterReports:
            [
                RoutingKey.deliveryAccepted, RoutingKey.deliveryDeferred, RoutingKey.deliveryRefused,
                RoutingKey.callbackReceived, RoutingKey.executionExpired, RoutingKey.executionCancelled,
            ]
        }
    }

    /// Every work queue has a dead-letter queue; the baton, of which there is only one, has none.
    public var hasDeadLetters: Bool { self != .tickerBaton }
}
