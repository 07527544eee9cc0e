/// What becomes of an occurrence when the clocks change.
///
/// The default is AWS EventBridge Scheduler's: left-out times are skipped, repeated times run once, the first time.
public struct DSTPolicy: Sendable, Hashable {
    /// A local time that doesn't exist because the clock went forward over it.
    public enum Gap: String, Sendable {
        /// It doesn't run that day.
        case skip
        /// It runs right after the gap.
        case shift
    }

    /// A local time that comes twice because the clock went back.
    public enum Overlap: String, Sendable {
        /// It runs the first time only.
        case first
        /// It runs both times.
        case both
    }

    public var gap: Gap
    public var overlap: Overlap

    public static let `default` = DSTPolicy(gap: .skip, overlap: .first)

    public init(gap: Gap, overlap: Overlap) {
        self.gap = gap
        self.overlap = overlap
    }

    /// Reads `shift`, `both`, `skip,both`, `both,skip`: either or both parts, in either order. nil for anything else.
    public init?(_ text: String) {
        let words = text.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        let gaps = words.compactMap(Gap.init(rawValue:))
        let overlaps = words.compactMap(Overlap.init(rawValue:))
        guard gaps.count <= 1, overlaps.count <= 1, gaps.count + overlaps.count == words.count else { return nil }
        self.init(gap: gaps.first ?? Self.default.gap, overlap: overlaps.first ?? Self.default.overlap)
    }
}

extension DSTPolicy: CustomStringConvertible {
    /// `skip,first`, as `init(_:)` reads it.
    public var description: String { "\(gap.rawValue),\(overlap.rawValue)" }
}

extension DSTPolicy: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let policy = DSTPolicy(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: ScheduleError.dst(text).description)
        }
        self = policy
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
