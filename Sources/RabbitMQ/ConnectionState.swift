/// The state of a connection to the broker, readable from any thread.
public enum ConnectionState: Sendable, Equatable {
    /// Not connected. `lastFailure` says why; nil before the first try has ended.
    case connecting(lastFailure: String?)
    case connected
    /// Connected, but the broker blocks publishers: it has a memory or disk alarm.
    case blocked(reason: String)
}

extension ConnectionState {
    /// Why messages can't pass now, with the next step for an operator; nil when they can.
    var fault: String? {
        switch self {
        case .connected: nil
        case .connecting(let lastFailure): lastFailure ?? "not connected yet"
        case .blocked(let reason): "blocked by the broker (memory or disk alarm): \(reason)"
        }
    }

    /// The same for an answer: without hosts and what the broker said, which are logged.
    var outage: String? {
        switch self {
        case .connected: nil
        case .connecting: "not connected"
        case .blocked: "blocked by the broker (memory or disk alarm)"
        }
    }
}
