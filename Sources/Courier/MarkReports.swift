import JobCore
import Messaging

/// The messages that follow a mark.
enum MarkReports {
    /// A mark goes on to its next queue. After the last one, every line of reports is given the mark.
    static func result(of message: InboundMessage, takenAt: Instant) -> DeliveryResult {
        do throws(UnreadableMessage) {
            let mark = try DeliveryMark(reading: message)
            if let next = mark.next { return .publish([OutboundMessage(next)]) }
            return .publish(
                ReportLine.allCases.map { line in
                    OutboundMessage(MarkTaken(madeAt: mark.madeAt, takenAt: takenAt, line: line))
                })
        } catch {
            return .deadLetter(.unreadable, error: error.description)
        }
    }
}
