public import JobCore

/// `sign_of_life`: a callback endpoint could publish at this instant, so callbacks could be received.
public struct SignOfLife: ReportMessage, Hashable, Codable {
    public var madeAt: Instant
    /// Each line has signs of its own, so that each stands at its place among the line's reports.
    public var line: ReportLine

    public init(madeAt: Instant, line: ReportLine) {
        self.madeAt = madeAt
        self.line = line
    }

    public static let kind = ReportKind.signOfLife
    public var messageID: String? { MessageID.signOfLife(line, madeAt: madeAt) }

    private enum CodingKeys: String, CodingKey {
        case madeAt = "made_at_ms"
        case line
    }
}
