import JobCore

/// The situations of an execution when a report arrives.
enum Situation: String, CaseIterable {
    case pending, invoked
    /// A callback arrived before `delivery.accepted`.
    case calledBack
    /// A callback arrived after `delivery.accepted`.
    case running
    case success, fail

    static let start = Instant(secondsSinceEpoch: 1_000_000)
    static let invokedBy = ReportID(rawValue: 1)
    static let finishedBy = ReportID(rawValue: 2)

    /// A run with a ttl of 100 s and a heartbeat interval of 10 s: invoked after 1 s, with a heartbeat after 5 s.
    var state: ExecutionState {
        let pending = ExecutionState.pending(
            from: Self.start, ttlSeconds: 100, heartbeatIntervalSeconds: 10)
        var state = pending
        if self != .pending, self != .calledBack {
            state.status = .invoked
            state.invokedAt = Self.start.adding(seconds: 1)
            state.invokedBy = Self.invokedBy
            state.ttlDeadline = Self.start.adding(seconds: 101)
        }
        if self != .pending, self != .invoked {
            state.status = .processing
            state.firstHeartbeatAt = Self.start.adding(seconds: 5)
            state.lastHeartbeatAt = Self.start.adding(seconds: 5)
            state.progress = 30
        }
        if self == .calledBack { state.ttlDeadline = Self.start.adding(seconds: 105) }
        if self == .success || self == .fail {
            state.status = self == .success ? .success : .fail
            state.reason = self == .success ? nil : .reported
            state.finishedAt = Self.start.adding(seconds: 6)
            state.finishedBy = Self.finishedBy
        }
        return state
    }
}

/// Every kind of report. Expiries differ by whether their deadline has passed in each `Situation`.
enum ReportKind: String, CaseIterable {
    case accepted, deferred, refused, heartbeat, extended, success, fail, cancelled
    case silencePassed, silenceMoved, silenceStale, ttlPassed, ttlMoved, ttlStale

    var report: Report {
        let attempt = Attempt(
            number: 1, at: Self.at(2), statusCode: 200, latencyMilliseconds: 15, error: self == .refused ? "no" : nil)
        return switch self {
        case .accepted: .accepted(attempt)
        case .deferred: .deferred(attempt, nextAttemptAt: Self.at(7))
        case .refused: .refused(attempt)
        case .heartbeat: .callback(.processing(progress: 40, extendSeconds: nil), receivedAt: Self.at(8))
        case .extended: .callback(.processing(progress: nil, extendSeconds: 100), receivedAt: Self.at(8))
        case .success: .callback(.success(Outcome(summary: "done")), receivedAt: Self.at(8))
        case .fail: .callback(.fail(Outcome(error: "broken")), receivedAt: Self.at(8))
        case .cancelled: .cancelled(at: Self.at(8))
        case .silencePassed, .silenceStale: .expired(.heartbeat, noticedAt: Self.at(200))
        case .silenceMoved: .expired(.heartbeat, noticedAt: Self.at(20))
        case .ttlPassed, .ttlStale: .expired(.ttl, noticedAt: Self.at(200))
        case .ttlMoved: .expired(.ttl, noticedAt: Self.at(99))
        }
    }

    /// The recorder's clock when it judges the report.
    var judgedAt: Instant {
        switch self {
        case .silenceStale, .ttlStale: Self.at(200).adding(milliseconds: 10_001)
        case .silencePassed, .ttlPassed: Self.at(200).adding(milliseconds: 10_000)
        default: Self.at(201)
        }
    }

    private static func at(_ seconds: Int64) -> Instant { Situation.start.adding(seconds: seconds) }
}

extension Execution {
    /// An execution in this state, created at the situations' start.
    static func sample(_ state: ExecutionState) -> Execution {
        let name = JobName(service: "s", job: "j")
        return Execution(
            id: id(of: name.id, at: Situation.start), jobID: name.id, jobName: name, occurrence: Situation.start,
            createdAt: Instant(secondsSinceEpoch: 0), isExclusive: false, schedule: "rate(1 minute)", state: state,
            attemptDueAt: Situation.start)
    }
}

extension ExecutionState {
    /// The answer of an execution in this state.
    func applying(
        _ report: Report, id: ReportID, judgedAt: Instant, reachableSince: Instant? = nil
    ) -> Transition {
        Execution.sample(self).applying(report, id: id, judgedAt: judgedAt, reachableSince: reachableSince)
    }
}
