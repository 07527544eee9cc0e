public import JobCore

/// A schedule that is due for an occurrence, with the number of jobs that share it.
public struct DueOccurrence: Sendable, Equatable {
    public var key: ScheduleKey
    public var occurrence: Instant
    public var jobCount: Int
}
