public import JobCore
public import Store

extension SQLiteStore: ClockStore {
    /// All programs that have the file open run on this machine.
    public func clock() async throws(StoreError) -> Instant? { nil }
}
