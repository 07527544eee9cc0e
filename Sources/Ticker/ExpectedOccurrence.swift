public import JobCore

/// An occurrence that should be on record once it is due, if one of the schedule's jobs runs then.
public struct ExpectedOccurrence: Sendable, Equatable {
    public var key: ScheduleKey
    public var occurrence: Instant

    public init(key: ScheduleKey, occurrence: Instant) {
        self.key = key
        self.occurrence = occurrence
    }
}
