/// One page of a list of jobs.
public struct ListedJobs: Sendable, Equatable {
    public var jobs: [StoredJob]
    /// Whether jobs that match come after the last one of this page.
    public var hasMore: Bool

    public init(jobs: [StoredJob], hasMore: Bool) {
        self.jobs = jobs
        self.hasMore = hasMore
    }
}
