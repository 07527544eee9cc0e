/// What every daemon asks before it says that it is ready.
public protocol ReadinessStore: Sendable {
    /// Throws unless the store could be written to now. Changes nothing.
    func checkWritable() async throws(StoreError)
}
