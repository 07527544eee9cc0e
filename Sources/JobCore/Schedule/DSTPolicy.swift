/// Decides how occurrences at a local time run when a clock change leaves that time out or repeats it.
///
/// The default is that of Amazon EventBridge Scheduler: a time that is left out is skipped, and a repeated time runs
/// once, the first time.
public struct DSTPolicy: Sendable, Hashable {
    /// The rule for a local time that doesn't exist because the clock went forward past it.
    public enum Gap: String, Sendable {
        /// The job doesn't run that day.
        case skip
        /// The job runs right after the gap.
        case shift
    }

    /// The rule for a local time that occurs twice because the clock went back.
    public enum Overlap: String, Sendable {
        /// The job runs the first time only.
        case first
        /// The job runs both times.
        case both
    }

    /// The rule for local times that are left out.
    public var gap: Gap
    /// The rule for local times that occur twice.
    public var overlap: Overlap

    /// `skip,first`
    public static let `default` = DSTPolicy(gap: .skip, overlap: .first)

    public init(gap: Gap, overlap: Overlap) {
        self.gap = gap
        self.overlap = overlap
    }

    /// Reads one or both rules in either order, such as `shift`, `both`, `skip,both` or `both,skip`.
    ///
    /// A rule that is not given has its default. Returns nil for any other text.
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
    /// Decodes a string such as `skip,first`. Throws `DecodingError` if it is not a policy.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let policy = DSTPolicy(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: ScheduleError.dst(text).description)
        }
        self = policy
    }

    /// Encodes the description.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
