public import JobCore

/// A search in the history. An execution matches when it meets every condition that is not nil.
///
///     ExecutionQuery(service: "billing", status: .fail, since: yesterday)
public struct ExecutionQuery: Sendable, Equatable {
    /// Its job, which may be deleted, matches this filter, as the job is now.
    public var jobs: JobFilter
    public var status: ExecutionStatus?
    public var reason: FailureReason?
    public var trigger: Trigger?
    /// Its occurrence is at this instant or later.
    public var since: Instant?
    /// Its occurrence is before this instant.
    public var until: Instant?
    public var correlationID: String?
    /// It retries this execution.
    public var retryOf: ExecutionID?
    /// The executions on one page: 1 to 100. A store takes the nearest of these for any other number.
    public var limit: Int
    /// `ExecutionPage.more` of the page before; nil for the first page.
    public var more: ExecutionPosition?

    /// `service` and `job` are short for the one name of `jobs`: that of a job, or of all jobs of a service, or of the
    /// jobs of one name in all services.
    public init(
        service: String? = nil, job: String? = nil, jobs: JobFilter = JobFilter(), status: ExecutionStatus? = nil,
        reason: FailureReason? = nil, trigger: Trigger? = nil, since: Instant? = nil, until: Instant? = nil,
        correlationID: String? = nil, retryOf: ExecutionID? = nil, limit: Int = 100, more: ExecutionPosition? = nil
    ) {
        self.jobs = jobs
        if service != nil || job != nil { self.jobs.names = [JobNamePattern(service: service, job: job)] }
        self.status = status
        self.reason = reason
        self.trigger = trigger
        self.since = since
        self.until = until
        self.correlationID = correlationID
        self.retryOf = retryOf
        self.limit = limit
        self.more = more
    }
}
