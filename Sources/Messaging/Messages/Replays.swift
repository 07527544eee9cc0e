/// How often the dead letter of a delivery was replayed, and whether the record was asked since. Carried in the headers
/// of the delivery's messages.
///
/// Nothing is delivered after its end, and a replay may come long after it. So a courier that takes a replay has
/// dispatcherd ask the record first. What dispatcherd then requests is *judged*: it is not sent back again.
public struct Replays: Sendable, Hashable {
    /// The highest count.
    public static let countMax = 1_000_000
    /// The highest number of an attempt.
    private static let attemptMax: Int64 = 1_000

    /// How often the delivery was replayed.
    public var count: Int
    /// The count when the record was last asked about a replay.
    public var judgedCount: Int
    /// The attempt that was refused, if the delivery is a replay for that reason: the report of the refusal is on its
    /// way to the record, or was.
    public var refusedAttempt: Int?

    public init(count: Int = 0, judgedCount: Int = 0, refusedAttempt: Int? = nil) {
        self.count = count
        self.judgedCount = judgedCount
        self.refusedAttempt = refusedAttempt
    }

    /// False for a replay about which the record must be asked first.
    public var isJudged: Bool { count <= judgedCount }

    /// These replays, once the record was asked.
    public var judged: Replays { Replays(count: count, judgedCount: count) }

    /// Reads the headers of a message. Throws `UnreadableMessage` for a number that is out of its range.
    init(reading headers: [String: String]) throws(UnreadableMessage) {
        let counts = 0...Int64(Self.countMax)
        count = Int(try Header.number(Header.replays, in: counts, of: headers) ?? 0)
        judgedCount = Int(try Header.number(Header.judgedReplays, in: counts, of: headers) ?? 0)
        refusedAttempt = try Header.number(Header.refusedAttempt, in: 1...Self.attemptMax, of: headers).map(Int.init)
    }

    /// The headers that carry this value; none for a delivery that was never replayed.
    public var headers: [String: String] {
        var headers: [String: String] = [:]
        if count > 0 { headers[Header.replays] = String(count) }
        if judgedCount > 0 { headers[Header.judgedReplays] = String(judgedCount) }
        headers[Header.refusedAttempt] = refusedAttempt.map(String.init)
        return headers
    }

    /// These headers without the ones that carry replays.
    static func removed(from headers: [String: String]) -> [String: String] {
        headers.filter { ![Header.replays, Header.judgedReplays, Header.refusedAttempt].contains($0.key) }
    }
}
