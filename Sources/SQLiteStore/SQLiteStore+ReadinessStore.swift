public import Store

extension SQLiteStore: ReadinessStore {
    /// Takes the lock of a writer and gives it back.
    public func checkWritable() async throws(StoreError) {
        try await write { _ in }
    }
}
