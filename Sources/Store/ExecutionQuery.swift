public import JobCore

public struct ExecutionQuery: Sendable, Equatable {
    public var service: String?
    public var job: String?
    public var status: ExecutionStatus?
    public var reason: FailureReason?
    /// Occurrences at or after, and before.
    public var since: Instant?
    public var until: Instant?
    public var correlationID: String?
    /// 1 to 100.
    public var limit: Int
    /// `ExecutionPage.more` of the page before; a text that is no store's `more` leads to an empty page.
    public var more: String?

    public init(
        service: String? = nil, job: String? = nil, status: ExecutionStatus? = nil, reason: FailureReason? = nil,
        since: Instant? = nil, until: Instant? = nil, correlationID: String? = nil, limit: Int = 100,
        more: String? = nil
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
