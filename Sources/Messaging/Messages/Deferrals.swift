public import JobCore

/// How a delivery has waited for a busy target before its next attempt. Carried in the headers of its messages, so that
/// a deferral leaves the body as it is.
public struct Deferrals: Sendable, Hashable {
    /// The highest count that is carried on.
    public static let countMax = 1_000_000

    /// How often the delivery was deferred before this attempt.
    public var count: Int
    /// How often the record was asked again because the delivery had waited for long in the couriers' queue.
    public var askedCount: Int
    /// How often the delivery came back before this attempt from a courier that died or lost its connection with it in
    /// hand. The broker counts the returns of a message; this goes on counting when the record was asked in between.
    public var returnedCount: Int
    /// When its turn at the target is expected. Nil before the first deferral, and while nothing is known.
    public var turnAt: Instant?
    /// When the record expects the attempt. Nil for a delivery that comes straight from its due event.
    public var recordedDueAt: Instant?

    public init(
        count: Int = 0, askedCount: Int = 0, returnedCount: Int = 0, turnAt: Instant? = nil,
        recordedDueAt: Instant? = nil
    ) {
        self.count = count
        self.askedCount = askedCount
        self.returnedCount = returnedCount
        self.turnAt = turnAt
        self.recordedDueAt = recordedDueAt
    }

    /// How often the delivery has gone through the retry ladder before this attempt.
    public var sum: Int { count + askedCount + returnedCount }

    /// Reads the headers of a message. Throws `UnreadableMessage` for a number that is out of its range.
    init(reading headers: [String: String]) throws(UnreadableMessage) {
        count = Int(try Header.number(Header.deferrals, in: 0...Int64(Self.countMax), of: headers) ?? 0)
        askedCount = Int(try Header.number(Header.askedCount, in: 0...Int64(Self.countMax), of: headers) ?? 0)
        returnedCount = Int(try Header.number(Header.returnedCount, in: 0...Int64(Self.countMax), of: headers) ?? 0)
        turnAt = try Self.instant(Header.turnAt, of: headers)
        recordedDueAt = try Self.instant(Header.recordedDueAt, of: headers)
    }

    /// The headers that carry this value; none for a delivery that has not waited.
    var headers: [String: String] {
        var headers: [String: String] = [:]
        if count > 0 { headers[Header.deferrals] = String(count) }
        if askedCount > 0 { headers[Header.askedCount] = String(askedCount) }
        if returnedCount > 0 { headers[Header.returnedCount] = String(returnedCount) }
        headers[Header.turnAt] = turnAt.map { String($0.millisecondsSinceEpoch) }
        headers[Header.recordedDueAt] = recordedDueAt.map { String($0.millisecondsSinceEpoch) }
        return headers
    }

    private static let names = [
        Header.deferrals, Header.askedCount, Header.returnedCount, Header.turnAt, Header.recordedDueAt,
    ]

    /// These headers without the ones that carry deferrals.
    static func removed(from headers: [String: String]) -> [String: String] {
        headers.filter { !names.contains($0.key) }
    }

    private static func instant(_ name: String, of headers: [String: String]) throws(UnreadableMessage) -> Instant? {
        try Header.number(name, in: Instant.readableMilliseconds, of: headers).map(
            Instant.init(millisecondsSinceEpoch:))
    }
}
