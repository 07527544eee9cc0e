public import JobCore

/// One page of a list of jobs.
public struct ListedJobs: Sendable, Equatable {
    /// Sorted by name. There may be none although other pages follow.
    public var jobs: [StoredJob]
    /// What leads to the next page as `JobQuery.after`; nil on the last page.
    public var more: JobName?

    public init(jobs: [StoredJob], more: JobName?) {
        self.jobs = jobs
        self.more = more
    }
}
