public import JobCore

/// What an operator looks at first, counted by indexes. Its cost grows with the jobs and the open executions, not with
/// the history.
public struct StoreOverview: Sendable, Equatable {
    /// The jobs, deleted ones excepted.
    public var jobs = 0
    /// Those of them that are not enabled.
    public var disabledJobs = 0
    /// The jobs for which a pause is in force.
    public var pausedJobs = 0
    /// The open executions, buffered ones included.
    public var pending = 0
    public var invoked = 0
    public var processing = 0
    /// When the open execution was created that was created first.
    public var oldestOpenAt: Instant?
    /// The earliest instant at which the next attempt of a pending execution was or is due. Executions of deleted jobs
    /// are left out, as are tests and buffered ones: see `ExpiryStore.undelivered`.
    public var earliestDueAt: Instant?
    /// `ScheduleStore.newestOccurrence`
    public var newestOccurrence: Instant?
    /// The progress of each line of reports, in the order of `ReportLine.allCases`.
    public var lines: [LineProgress] = ReportLine.allCases.map { _ in LineProgress() }

    public init() {}
}
