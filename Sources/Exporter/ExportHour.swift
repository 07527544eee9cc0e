public import JobCore

/// An hour of UTC, which has files of its own.
///
/// It is the hour in which exporterd took the event, not the event's own: events that come late, after an outage, would
/// have to go into files that are complete. So an hour's files never change once the hour is over.
public struct ExportHour: Sendable, Hashable {
    private let hoursSinceEpoch: Int64

    public init(_ instant: Instant) {
        hoursSinceEpoch = instant.secondsSinceEpoch / 3_600
    }

    /// The hour, such as `2026-11-27T03Z`.
    public var text: String { "\(start.prefix(13))Z" }

    /// The folder of its day, such as `2026-11-27`.
    public var day: String { String(start.prefix(10)) }

    /// Milliseconds from an instant of the hour to its end.
    public func millisecondsLeft(at now: Instant) -> Int64 {
        Instant(secondsSinceEpoch: (hoursSinceEpoch + 1) * 3_600).milliseconds(since: now)
    }

    private var start: String { Instant(secondsSinceEpoch: hoursSinceEpoch * 3_600).rfc3339 }
}
