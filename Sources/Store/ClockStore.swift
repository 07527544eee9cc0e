public import JobCore

/// The role that tells the time. Programs on several machines judge deadlines by one clock: that of their store.
public protocol ClockStore: Sendable {
    /// The time of the store's clock; nil if it is the clock of this machine.
    func clock() async throws(StoreError) -> Instant?
}
