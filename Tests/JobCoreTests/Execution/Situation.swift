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

/// Every kind of report. Expiries differ by whether their deadline has passed in each `Situation`, and by what stood
/// before them in their line.
enum ReportKind: String, CaseIterable {
    case accepted, deferred, refused, heartbeat, extended, success, fail, cancelled
    case silencePassed, silenceMoved, silenceCutOff, ttlPassed, ttlMoved, ttlCutOff, overdue, overdueEarly

    /// The kinds that an execution recognises by their id.
    static var identified: [ReportKind] { allCases.filter { $0 != .overdue && $0 != .overdueEarly } }

    var report: Report {
        let attempt = Attempt(
            number: 1, at: Self.at(2), statusCode: 200, latencyMilliseconds: 15, error: self == .refused ? "no" : nil)
        return switch self {
        case .accepted: .accepted(attempt)
        case .deferred: .deferred(.failed(attempt), nextAttemptAt: Self.at(7))
        case .refused: .refused(attempt)
        case .heartbeat: .callback(.processing(progress: 40, extendSeconds: nil), receivedAt: Self.at(8))
        case .extended: .callback(.processing(progress: nil, extendSeconds: 100), receivedAt: Self.at(8))
        case .success: .callback(.success(Outcome(summary: "done")), receivedAt: Self.at(8))
        case .fail: .callback(.fail(Outcome(error: "broken")), receivedAt: Self.at(8))
        case .cancelled: .cancelled(at: Self.at(8))
        case .silencePassed, .silenceCutOff: .expired(.heartbeat, noticedAt: Self.at(200))
        case .silenceMoved: .expired(.heartbeat, noticedAt: Self.at(20))
        case .ttlPassed, .ttlCutOff: .expired(.ttl, noticedAt: Self.at(200))
        case .ttlMoved: .expired(.ttl, noticedAt: Self.at(99))
        case .overdue, .overdueEarly: .overdue(afterSeconds: 60, noticedAt: Self.at(200))
        }
    }

    /// What stood before the report in its line.
    var progress: LineProgress {
        var progress = LineProgress.uninterrupted(through: Self.at(200))
        switch self {
        case .silenceCutOff, .ttlCutOff:
            (progress.latestSignAt, progress.latestMarkAt) = (Self.at(196), Self.at(50))
        case .overdueEarly: progress.latestMarkAt = Self.at(59)
        default: break
        }
        return progress
    }

    /// The recorder's clock when it judges the report: no answer depends on how late that is.
    var judgedAt: Instant { Self.at(9_000) }

    private static func at(_ seconds: Int64) -> Instant { Situation.start.adding(seconds: seconds) }
}

extension Execution {
    /// An execution in this state, created at the situations' start.
    static func sample(_ state: ExecutionState) -> Execution {
        let name = JobName(service: "s", job: "j")
        return Execution(
            id: id(of: name.id, at: Situation.start), jobID: name.id, jobName: name, occurrence: Situation.start,
            createdAt: Instant(secondsSinceEpoch: 0), isExclusive: false, schedule: "rate(1 minute)", state: state,
            attemptDueAt: state.ttlDeadline.adding(seconds: -state.ttlSeconds))
    }
}

extension ExecutionState {
    /// The answer of an execution in this state; by default nothing was ever down.
    func applying(
        _ report: Report, id: ReportID, judgedAt: Instant, progress: LineProgress? = nil
    ) -> Transition {
        Execution.sample(self).applying(
            report, id: id, judgedAt: judgedAt, progress: progress ?? .uninterrupted(through: judgedAt))
    }
}

extension LineProgress {
    /// Signs of life and marks have come without a gap up to this instant.
    static func uninterrupted(through instant: Instant) -> LineProgress {
        let begun = Instant(secondsSinceEpoch: 0)
        return LineProgress(
            reachableSince: begun, latestSignAt: instant, deliverableSince: begun, latestMarkAt: instant)
    }
}
