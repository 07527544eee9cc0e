/// The role of every daemon's readiness check.
public protocol ReadinessStore: Sendable {
    /// Returns when the store can be written to now, and throws why it can't. Changes nothing.
    func checkWritable() async throws(StoreError)
}
