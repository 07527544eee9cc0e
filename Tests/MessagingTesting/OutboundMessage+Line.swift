public import Messaging

extension OutboundMessage {
    /// The routing key, without its line if the message is a report.
    public var keyWithoutLine: String {
        ReportKind.allCases.map(\.rawValue).first { routingKey.hasPrefix($0 + ".") } ?? routingKey
    }
}
