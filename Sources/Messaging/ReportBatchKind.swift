public import JobCore

/// The kinds of messages that hold several reports: the beginning of their routing key.
///
/// A user of the broker may publish a routing key or not, so each kind holds only reports that one stage publishes.
public enum ReportBatchKind: String, Sendable, CaseIterable {
    /// Reports of a courier about its attempts.
    case deliveryReports = "delivery.reports"
    /// Callbacks that a callback endpoint has accepted.
    case callbackReports = "callback.reports"

    /// The kinds of reports that may be parts of it.
    public var kinds: [ReportKind] {
        switch self {
        case .deliveryReports: [.deliveryAccepted, .deliveryDeferred, .deliveryRefused]
        case .callbackReports: [.callbackReceived]
        }
    }
}

extension RoutingKey {
    /// The key of a message that holds several reports.
    public static func reports(_ kind: ReportBatchKind, _ line: ReportLine) -> String {
        "\(kind.rawValue).\(line.index)"
    }
}
