/// The role of every daemon's readiness check.
public protocol ReadinessStore: Sendable {
    /// Returns if the store's disk takes what is written, and throws why it doesn't. Changes nothing in the store.
    ///
    /// It answers at once. A store that others are writing to, or have locked, is ready: it waits for no lock, and
    /// takes none from them.
    func checkWritable() async throws(StorageFault)
}
