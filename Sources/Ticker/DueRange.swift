public import JobCore

/// A schedule that is due for an occurrence, and a part of its jobs.
public struct DueRange: Sendable, Equatable {
    public var key: ScheduleKey
    public var occurrence: Instant
    public var range: JobRange
    /// Whether these jobs are more than their service's share of the instant.
    public var isBulk: Bool
}
