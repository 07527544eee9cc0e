/// Puts an executor's thread to sleep while it has no jobs, and lets another thread wake it.
///
/// The name is that of `LockSupport.park` in Java: only threads are parked here.
public protocol Parker: Sendable {
    /// Blocks the calling thread until woken, or until something the parker watches is ready.
    ///
    /// With `mayBlock` false it only looks: there are jobs to run, but a ready socket must not wait until the last one.
    func park(mayBlock: Bool)

    /// Ends the current `park`, or makes the next one return at once. Any thread may call it.
    func wake()
}
