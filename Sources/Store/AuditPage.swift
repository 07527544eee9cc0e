/// One page of the audit entries that a query found.
public struct AuditPage: Sendable, Equatable {
    /// The entry that was made last comes first.
    public var entries: [AuditEntry]
    /// The position for `AuditQuery.more` that leads to the next page, greater than 0; nil on the last page.
    public var more: Int64?

    public init(entries: [AuditEntry], more: Int64?) {
        self.entries = entries
        self.more = more
    }
}
