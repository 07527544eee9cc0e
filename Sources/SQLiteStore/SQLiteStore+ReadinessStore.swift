public import Store

extension SQLiteStore: ReadinessStore {
    /// Takes the lock of a writer and releases it.
    public func checkWritable() async throws(StoreError) {
        try await write { _ in }
    }
}
