public import JobCore

/// The queues that stages consume, named `owner.noun`. The raw value is the queue's name without the prefix.
public enum WorkQueue: String, Sendable, CaseIterable, Codable {
    case tickerBaton = "ticker.baton"
    case dispatcherDue = "dispatcher.due"
    case dispatcherBulk = "dispatcher.bulk"
    case dispatcherRuns = "dispatcher.runs"
    case dispatcherDeliveries = "dispatcher.deliveries"
    case dispatcherRedeliveries = "dispatcher.redeliveries"
    case courierDeliveries = "courier.deliveries"
    case courierBulk = "courier.bulk"
    case ingesterCallbacks = "ingester.callbacks"
    case ingesterReports0 = "ingester.reports.0"
    case ingesterReports1 = "ingester.reports.1"
    case ingesterReports2 = "ingester.reports.2"
    case ingesterReports3 = "ingester.reports.3"
    case deadletterRequests = "deadletter.requests"

    /// The queue of a line of reports.
    public static func ingesterReports(_ line: ReportLine) -> WorkQueue {
        [ingesterReports0, ingesterReports1, ingesterReports2, ingesterReports3][line.index]
    }

    /// The line of reports that goes through this queue, if there is one.
    public var reportLine: ReportLine? {
        ReportLine.allCases.first { Self.ingesterReports($0) == self }
    }

    /// The exchange that leads here.
    public var exchange: Exchange { self == .ingesterCallbacks ? .callbacks : .pipeline }

    /// The routing keys of the exchange that lead here.
    public var routingKeys: [String] {
        switch self {
        case .tickerBaton: [RoutingKey.baton]
        case .dispatcherDue: [RoutingKey.scheduleDue]
        case .dispatcherBulk: [RoutingKey.scheduleDueBulk]
        case .dispatcherRuns: [RoutingKey.runRequested]
        case .dispatcherDeliveries: [RoutingKey.deliveryDue, RoutingKey.deliveryMark(.due)]
        case .dispatcherRedeliveries: [RoutingKey.redeliveryRequested]
        case .courierDeliveries: [RoutingKey.deliveryRequested, RoutingKey.deliveryMark(.requested)]
        case .courierBulk: [RoutingKey.deliveryRequestedBulk, RoutingKey.deliveryMark(.bulk)]
        case .ingesterCallbacks: [RoutingKey.any]
        case .ingesterReports0, .ingesterReports1, .ingesterReports2, .ingesterReports3:
            reportLine.map { line in
                ReportKind.allCases.map { RoutingKey.report($0, line) }
                    + ReportBatchKind.allCases.map { RoutingKey.reports($0, line) }
            } ?? []
        case .deadletterRequests: [RoutingKey.deadLettersRequested]
        }
    }

    /// Every work queue but the baton's has a dead-letter queue.
    public var hasDeadLetters: Bool { self != .tickerBaton }

    /// The name of its dead-letter queue without the prefix, if it has one.
    public var deadLetterQueue: String? { hasDeadLetters ? "\(rawValue).dead" : nil }
}
