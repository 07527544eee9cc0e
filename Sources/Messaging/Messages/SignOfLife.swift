public import JobCore

/// `sign_of_life`: a callback endpoint could publish at this instant, so callbacks could be received.
public struct SignOfLife: ReportMessage, Hashable, Codable {
    public var madeAt: Instant
    /// Each line has signs of its own, so that each stands at its place among the line's reports.
    public var shard: ReportShard

    public init(madeAt: Instant, shard: ReportShard) {
        self.madeAt = madeAt
        self.shard = shard
    }

    public static let kind = ReportKind.signOfLife
    public var messageID: String? { MessageID.signOfLife(shard, madeAt: madeAt) }

    private enum CodingKeys: String, CodingKey {
        case madeAt = "made_at_ms"
        case shard
    }
}
