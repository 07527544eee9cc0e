public import JobCore

/// A search in the audit trail. An entry matches when it meets every condition that is not nil.
public struct AuditQuery: Sendable, Equatable {
    /// It was made at this instant or later.
    public var since: Instant?
    /// It was made before this instant.
    public var until: Instant?
    public var actor: String?
    public var action: AuditAction?
    public var service: String?
    /// The name of a job of `service`.
    public var job: String?
    /// True leaves out what only an admin may know; see `AuditAction.isAboutKeys`.
    public var hidesKeys: Bool
    /// The entries on one page: 1 to 100. A store takes the nearest of these for any other number.
    public var limit: Int
    /// `AuditPage.more` of the page before; nil for the first page.
    public var more: Int64?

    public init(
        since: Instant? = nil, until: Instant? = nil, actor: String? = nil, action: AuditAction? = nil,
        service: String? = nil, job: String? = nil, hidesKeys: Bool = false, limit: Int = 100, more: Int64? = nil
    ) {
        self.since = since
        self.until = until
        self.actor = actor
        self.action = action
        self.service = service
        self.job = job
        self.hidesKeys = hidesKeys
        self.limit = limit
        self.more = more
    }
}
