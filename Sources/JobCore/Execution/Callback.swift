/// A callback: the report of a service about its run.
public enum Callback: Sendable, Equatable {
    /// A heartbeat: `progress` 0 to 100; `extendSeconds` moves the ttl's deadline to now + n.
    case processing(progress: Int?, extendSeconds: Int64?)
    case success(Outcome)
    case fail(Outcome)
}
