import JobCore

/// The history of an execution, in chronological order.
enum Timeline {
    struct Entry: Encodable, Equatable {
        var at: String
        var event: String
        var attempt: Int?
        var statusCode: Int?
        var latencyMilliseconds: Int64?
        var until: String?
        var detail: String?

        private enum CodingKeys: String, CodingKey {
            case at, event, attempt
            case statusCode = "status_code"
            case latencyMilliseconds = "latency_ms"
            case until, detail
        }
    }

    /// The creation, each attempt and the wait for it, the first and the latest heartbeat, the end, and the creation of
    /// its retry.
    static func entries(of execution: Execution, retriedAt: Instant? = nil) -> [Entry] {
        var entries: [(Instant, Entry)] = []
        func add(_ at: Instant, _ event: String, _ change: (inout Entry) -> Void = { _ in }) {
            var entry = Entry(at: at.rfc3339, event: event)
            change(&entry)
            entries.append((at, entry))
        }
        add(execution.createdAt, "created") { $0.detail = execution.retryOf.map { "retry of \($0)" } }
        for attempt in execution.attempts {
            add(attempt.at, "attempt") {
                $0.attempt = attempt.number
                $0.statusCode = attempt.statusCode
                $0.latencyMilliseconds = attempt.latencyMilliseconds
                $0.detail = attempt.error
            }
        }
        for deferral in execution.deferrals {
            add(deferral.at, "deferred") {
                $0.attempt = deferral.attempt
                $0.until = deferral.until.rfc3339
                $0.detail = waits(deferral.busyCount)
            }
        }
        let state = execution.state
        if let first = state.firstHeartbeatAt { add(first, "first heartbeat") }
        if let latest = state.lastHeartbeatAt, latest != state.firstHeartbeatAt { add(latest, "latest heartbeat") }
        if let end = state.finishedAt {
            add(end, state.status.rawValue) { $0.detail = state.reason?.rawValue }
        }
        if let retriedAt { add(retriedAt, "retried") { $0.detail = execution.retriedBy.map { "by \($0)" } } }
        // Swift's sort is not stable: the offset keeps the order of events of the same millisecond.
        return entries.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(\.element.1)
    }

    private static func waits(_ count: Int) -> String? {
        switch count {
        case 0: nil
        case 1: "the target was busy: waited once for its turn"
        default: "the target was busy: waited \(count) times for its turn"
        }
    }
}
