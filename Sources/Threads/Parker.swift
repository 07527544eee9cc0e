/// Where an executor's thread sleeps when it has no jobs, and how another thread wakes it.
public protocol Parker: Sendable {
    /// Blocks the calling thread until woken, or until something the parker watches is ready.
    ///
    /// With `mayBlock` false it only looks: there are jobs to run, but what is ready must not wait for their end.
    func park(mayBlock: Bool)

    /// Ends the current `park`, or makes the next one return at once. Any thread may call it.
    func wake()
}
