public import JobCore

/// A schedule that jobs have.
public struct ScheduleSummary: Sendable, Equatable {
    public var key: ScheduleKey
    /// Its jobs, deleted ones excepted.
    public var jobs: Int
    /// Those of them that are not enabled.
    public var disabledJobs: Int

    public init(key: ScheduleKey, jobs: Int, disabledJobs: Int) {
        self.key = key
        self.jobs = jobs
        self.disabledJobs = disabledJobs
    }
}
