public import JobCore

/// A search for jobs.
public struct JobQuery: Sendable, Equatable {
    public var filter: JobFilter
    /// Only jobs that come after this name: `ListedJobs.more` of the page before; nil for the first page.
    public var after: JobName?
    /// The jobs on one page.
    public var limit: Int

    public init(_ filter: JobFilter = JobFilter(), after: JobName? = nil, limit: Int) {
        self.filter = filter
        self.after = after
        self.limit = limit
    }
}
