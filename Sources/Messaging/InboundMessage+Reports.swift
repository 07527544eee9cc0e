import JSON
import JobCore

extension InboundMessage {
    /// The reports of a batch as messages of their own, each of which can be handled, and can become a dead letter, as
    /// if it had been published alone. A message that is no batch is its own and only report.
    ///
    /// A report of a kind that the batch may not hold stays a batch, of one report: its publisher had no right to
    /// publish it, and a replay must not give it that.
    ///
    /// Throws `UnreadableMessage` if the body is no batch.
    public var reports: [InboundMessage] {
        get throws(UnreadableMessage) {
            guard let (kind, line) = ReportBatch.keys[routingKey] else { return [self] }
            let batch = try ReportBatch(reading: body)
            guard (1...ReportBatch.countMax).contains(batch.reports.count) else {
                throw UnreadableMessage(
                    "the batch has \(batch.reports.count) reports, and may have 1 to \(ReportBatch.countMax)")
            }
            return batch.reports.map { part in
                var report = self
                report.id = part.id
                guard let partKind = ReportKind(rawValue: part.kind), kind.kinds.contains(partKind) else {
                    report.body = MessageCoder.encoded(ReportBatch([part]))
                    return report
                }
                report.routingKey = RoutingKey.report(partKind, line)
                report.headers.merge(part.headers ?? [:]) { $1 }
                report.body = part.body.bytes
                return report
            }
        }
    }
}
