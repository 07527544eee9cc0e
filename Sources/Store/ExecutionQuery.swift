public import JobCore

/// A search in the history. An execution matches when it meets every condition that is not nil.
///
///     ExecutionQuery(service: "billing", status: .fail, since: yesterday)
public struct ExecutionQuery: Sendable, Equatable {
    public var service: String?
    /// The name of a job, of any service when `service` is nil.
    public var job: String?
    public var status: ExecutionStatus?
    public var reason: FailureReason?
    /// Its occurrence is at this instant or later.
    public var since: Instant?
    /// Its occurrence is before this instant.
    public var until: Instant?
    public var correlationID: String?
    /// The executions on one page: 1 to 100. A store takes the nearest of these for any other number.
    public var limit: Int
    /// `ExecutionPage.more` of the page before; nil for the first page.
    public var more: Int64?

    public init(
        service: String? = nil, job: String? = nil, status: ExecutionStatus? = nil, reason: FailureReason? = nil,
        since: Instant? = nil, until: Instant? = nil, correlationID: String? = nil, limit: Int = 100,
        more: Int64? = nil
    ) {
        self.service = service
        self.job = job
        self.status = status
        self.reason = reason
        self.since = since
        self.until = until
        self.correlationID = correlationID
        self.limit = limit
        self.more = more
    }
}
