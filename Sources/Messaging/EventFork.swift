/// A ready-made consumer of events. An operator enables it with one command; its outage slows nothing.
public enum EventFork: String, Sendable, CaseIterable {
    /// Keeps events in a stream, until they are too old or too many.
    case archive
    /// May read the archive, and publish what it reads to places that the operator names.
    case replay
    /// Collects events in a queue for `exporterd`, which writes them to files.
    case storage

    /// The fork's queue without the prefix; nil for a fork without one.
    public var queue: String? { self == .replay ? nil : "fork.\(rawValue)" }

    /// The broker user of the fork without the prefix; nil for a fork that nobody consumes.
    public var user: String? {
        switch self {
        case .archive: nil
        case .replay: "replay"
        case .storage: "exporterd"
        }
    }

    /// The full name of the fork's queue.
    public func queueName(prefix: String) -> String? { queue.map { "\(prefix).\($0)" } }

    /// The full name of the fork's broker user.
    public func userName(prefix: String) -> String? { user.map { "\(prefix)-\($0)" } }
}
