/// The audit trail: it is written and read. Changes in the store write their entries themselves, in their own
/// transactions. `ExpiryStore` removes old ones.
public protocol AuditStore: Sendable {
    /// Writes entries, in one transaction: those of what the store does not change itself.
    func record(_ entries: [AuditEntry]) async throws(StoreError)

    /// One page of the entries that match, the one that was made last first; it ends early when one more would exceed
    /// `Limits.pageBytesMax`. An entry that can't be read is left out, logged and counted.
    func audit(_ query: AuditQuery) async throws(StoreError) -> AuditPage
}
