import JobCore
import Messaging

/// The messages that follow a mark.
enum MarkReports {
    /// Every line of reports is given the mark.
    static func result(of message: InboundMessage, takenAt: Instant) -> DeliveryResult {
        do throws(UnreadableMessage) {
            let mark = try message.decoded(as: DeliveryMark.self)
            return .publish(
                ReportLine.allCases.map { line in
                    OutboundMessage(MarkTaken(madeAt: mark.madeAt, takenAt: takenAt, line: line))
                })
        } catch {
            return .deadLetter(.unreadable, error: error.description)
        }
    }
}
