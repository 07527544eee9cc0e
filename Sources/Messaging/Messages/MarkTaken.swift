public import JobCore

/// `mark.taken`: a courier took a mark out of the last of its queues, so all deliveries that waited in one of them when
/// the mark was made have reached a courier.
public struct MarkTaken: ReportMessage, Hashable, Codable {
    public var madeAt: Instant
    public var takenAt: Instant
    /// Each line is given the mark.
    public var line: ReportLine

    public init(madeAt: Instant, takenAt: Instant, line: ReportLine) {
        self.madeAt = madeAt
        self.takenAt = takenAt
        self.line = line
    }

    public static let kind = ReportKind.markTaken
    public var messageID: String? { MessageID.markTaken(line, madeAt: madeAt) }

    private enum CodingKeys: String, CodingKey {
        case madeAt = "made_at_ms"
        case takenAt = "taken_at_ms"
        case line
    }
}
