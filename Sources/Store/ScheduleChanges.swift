public import JobCore

/// The schedules that have changed since a revision of the jobs.
public struct ScheduleChanges: Sendable, Equatable {
    /// A number that grows with every change of a job.
    public var revision: Int64
    /// Whether `schedules` are all that there are: nobody named a revision, or the store doesn't know any more what has
    /// changed since.
    public var isComplete: Bool
    /// The schedules that enabled jobs have, each once, in no order that a caller may rely on.
    public var schedules: [DistinctSchedule]
    /// The schedules that no enabled job has any more.
    public var removed: [ScheduleKey]

    public init(
        revision: Int64, isComplete: Bool, schedules: [DistinctSchedule] = [], removed: [ScheduleKey] = []
    ) {
        self.revision = revision
        self.isComplete = isComplete
        self.schedules = schedules
        self.removed = removed
    }

    /// Brings schedules up to date that were read at the revision before.
    public func apply(to schedules: inout [ScheduleKey: DistinctSchedule]) {
        if isComplete { schedules = [:] }
        for schedule in self.schedules { schedules[schedule.key] = schedule }
        for key in removed { schedules[key] = nil }
    }
}
