/// The queues that stages consume, named `owner.noun`. The raw value is the queue's name without the prefix.
public enum WorkQueue: String, Sendable, CaseIterable {
    case tickerBaton = "ticker.baton"
    case dispatcherDue = "dispatcher.due"
    case dispatcherRuns = "dispatcher.runs"
    case dispatcherDeliveries = "dispatcher.deliveries"
    case dispatcherRedeliveries = "dispatcher.redeliveries"
    case courierDeliveries = "courier.deliveries"
    case ingesterReports = "ingester.reports"

    /// The routing keys of the pipeline's exchange that lead here.
    public var routingKeys: [String] {
        switch self {
        case .tickerBaton: [RoutingKey.baton]
        case .dispatcherDue: [RoutingKey.scheduleDue]
        case .dispatcherRuns: [RoutingKey.runRequested]
        case .dispatcherDeliveries: [RoutingKey.deliveryDue]
        case .dispatcherRedeliveries: [RoutingKey.redeliveryRequested]
        case .courierDeliveries: [RoutingKey.deliveryRequested]
        case .ingesterReports:
            [
                RoutingKey.deliveryAccepted, RoutingKey.deliveryDeferred, RoutingKey.deliveryRefused,
                RoutingKey.callbackReceived, RoutingKey.executionExpired, RoutingKey.executionCancelled,
            ]
        }
    }

    /// Every work queue but the baton's has a dead-letter queue.
    public var hasDeadLetters: Bool { self != .tickerBaton }
}
