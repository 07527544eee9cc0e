/// A point in time, in whole milliseconds since 1970-01-01T00:00:00Z (leap seconds not counted).
///
/// The API, the messages and the store all carry milliseconds, so no instant is rounded on its way through them.
public struct Instant: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z; negative before it.
    public var millisecondsSinceEpoch: Int64

    public init(millisecondsSinceEpoch: Int64) {
        self.millisecondsSinceEpoch = millisecondsSinceEpoch
    }

    public init(secondsSinceEpoch: Int64) {
        self.init(millisecondsSinceEpoch: secondsSinceEpoch * 1_000)
    }

    /// Whole seconds since the epoch, rounded towards the past.
    public var secondsSinceEpoch: Int64 {
        let (quotient, remainder) = millisecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        left.millisecondsSinceEpoch < right.millisecondsSinceEpoch
    }

    /// Returns the instant that is this many milliseconds later. Traps if 64 bits can't hold it.
    public func adding(milliseconds: Int64) -> Instant {
        Instant(millisecondsSinceEpoch: millisecondsSinceEpoch + milliseconds)
    }

    /// Returns the instant that is this many seconds later. Traps if 64 bits can't hold it.
    public func adding(seconds: Int64) -> Instant {
        adding(milliseconds: seconds * 1_000)
    }

    /// Milliseconds from `earlier` to this instant; negative if `earlier` is later.
    public func milliseconds(since earlier: Instant) -> Int64 {
        millisecondsSinceEpoch - earlier.millisecondsSinceEpoch
    }
}

extension Instant {
    /// The instants that documents, messages and the store may hold: 1970 to the end of 9999. Sums of such an instant
    /// and a duration can't overflow.
    ///
    /// What enters by one of them is read back from the others, so all of them must have the same bounds.
    public static let recordable =
        Instant(
            millisecondsSinceEpoch: readableMilliseconds.lowerBound)...Instant(
            millisecondsSinceEpoch: readableMilliseconds.upperBound)

    /// The same bounds, as milliseconds.
    public static let readableMilliseconds: ClosedRange<Int64> = 0...253_402_300_799_999

    /// The instant that a number of milliseconds since the epoch stands for; nil outside of ``recordable``.
    public init?(readable milliseconds: Int64) {
        let instant = Instant(millisecondsSinceEpoch: milliseconds)
        guard Self.recordable.contains(instant) else { return nil }
        self = instant
    }
}

extension Instant: Codable {
    /// Decodes milliseconds since the epoch. Throws `DecodingError` outside of the years 1970 to 9999.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let milliseconds = try container.decode(Int64.self)
        guard let instant = Instant(readable: milliseconds) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(milliseconds) ms is not between the years 1970 and 9999")
        }
        self = instant
    }

    /// Encodes milliseconds since the epoch.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(millisecondsSinceEpoch)
    }
}
