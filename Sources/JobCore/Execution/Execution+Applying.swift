extension Execution {
    /// Applies a report to this execution. Pure.
    ///
    /// State, attempts, the time of the next attempt and the outcome of an execution change here and nowhere else:
    ///
    ///     let transition = execution.applying(.cancelled(at: now), id: reportID, judgedAt: now)
    ///     transition.execution.state.status  // .fail
    ///     transition.events                  // [.finished], to be published
    ///
    /// `id` identifies the report: the same report applied again gives `.duplicate` with the same events. `judgedAt`
    /// is the present by the recorder's clock. Callbacks may have been missed before `reachableSince`, so silence
    /// counts from then at the earliest; nil means that no callback can have been missed.
    public func applying(
        _ report: Report, id: ReportID, judgedAt: Instant, reachableSince: Instant? = nil
    ) -> Transition {
        let report = report.clamped(to: createdAt)
        var next = self
        next.keepAttempt(of: report)
        let (state, decision) = state.deciding(report, id: id, judgedAt: judgedAt, reachableSince: reachableSince)
        next.state = state
        if case .move = decision { next.takeOutcome(of: report) }
        return Transition(next, decision)
    }

    /// True when only heartbeats came between `before` and this execution: the store has a cheaper write for them.
    public func differsOnlyInHeartbeats(from before: Execution) -> Bool {
        var same = self
        same.state.lastHeartbeatAt = before.state.lastHeartbeatAt
        same.state.firstHeartbeatAt = before.state.firstHeartbeatAt
        same.state.progress = before.state.progress
        return same == before
    }

    private mutating func keepAttempt(of report: Report) {
        switch report {
        case .accepted(let attempt), .refused(let attempt): keep(attempt)
        case .deferred(let attempt, let nextAttemptAt):
            if let attempt { keep(attempt) }
            attemptDueAt = max(attemptDueAt, nextAttemptAt)
        case .callback, .expired, .cancelled: break
        }
    }

    private mutating func keep(_ attempt: Attempt) {
        guard !attempts.contains(where: { $0.number == attempt.number }) else { return }
        attempts.append(attempt)
        attempts.sort { $0.number < $1.number }
    }

    private mutating func takeOutcome(of report: Report) {
        switch report {
        case .callback(.success(let outcome), _), .callback(.fail(let outcome), _): self.outcome = outcome
        case .refused(let attempt): outcome.error = attempt.error
        case .accepted, .deferred, .callback(.processing, _), .expired, .cancelled: break
        }
    }
}

extension Report {
    /// A service that publishes its own callback chooses the timestamp; it cannot be before the execution.
    fileprivate func clamped(to created: Instant) -> Report {
        guard case .callback(let callback, let receivedAt) = self, receivedAt < created else { return self }
        return .callback(callback, receivedAt: created)
    }
}

extension ExecutionState {
    /// An expiry older than this is ignored. With several recorders, another recorder may still be handling heartbeats
    /// that came before it in the queue. The reaper reports it again each minute, so the execution still ends.
    static let expiryAgeMaxMilliseconds: Int64 = 10_000

    /// The state after a report, and the decision.
    fileprivate func deciding(
        _ report: Report, id: ReportID, judgedAt: Instant, reachableSince: Instant?
    ) -> (ExecutionState, Transition.Decision) {
        if finishedBy == id { return (self, .duplicate(reemit: [.finished])) }
        if invokedBy == id { return (self, .duplicate(reemit: [.started])) }
        if status.isFinal { return (self, .ignore(.over)) }
        switch report {
        case .accepted(let attempt): return decidingAccepted(attempt, id: id, judgedAt: judgedAt)
        case .deferred: return (self, status == .pending ? .move([]) : .ignore(.alreadyInvoked))
        case .refused(let attempt):
            guard status == .pending else { return (self, .ignore(.alreadyInvoked)) }
            return ending(.fail, .invocation, at: attempt.answeredAt, by: id)
        case .callback(let callback, let receivedAt): return decidingCallback(callback, receivedAt: receivedAt, id: id)
        case .expired(let expiry, let noticedAt):
            return decidingExpiry(
                expiry, noticedAt: noticedAt, id: id, judgedAt: judgedAt, reachableSince: reachableSince)
        case .cancelled(let instant): return ending(.fail, .cancelled, at: instant, by: id)
        }
    }

    private func decidingAccepted(
        _ attempt: Attempt, id: ReportID, judgedAt: Instant
    ) -> (ExecutionState, Transition.Decision) {
        guard invokedAt == nil else { return (self, .ignore(.alreadyInvoked)) }
        var next = self
        // A callback may have arrived before this report; then the status is already ahead of `invoked`.
        if status == .pending { next.status = .invoked }
        // The ttl counts from the answer, so that a slow answer does not shorten the run. The courier's clock may be
        // ahead of this one, but the answer cannot be later than now.
        let invokedAt = min(attempt.answeredAt, judgedAt)
        next.invokedAt = invokedAt
        next.invokedBy = id
        if !isExtended { next.ttlDeadline = invokedAt.adding(seconds: ttlSeconds) }
        return (next, .move([.started]))
    }

    private func decidingCallback(
        _ callback: Callback, receivedAt: Instant, id: ReportID
    ) -> (ExecutionState, Transition.Decision) {
        switch callback {
        case .success: return ending(.success, nil, at: receivedAt, by: id)
        case .fail: return ending(.fail, .reported, at: receivedAt, by: id)
        case .processing(let progress, let extendSeconds):
            var next = self
            if status == .pending { next.ttlDeadline = receivedAt.adding(seconds: ttlSeconds) }
            next.status = .processing
            next.firstHeartbeatAt = min(firstHeartbeatAt ?? receivedAt, receivedAt)
            let isLatest = lastHeartbeatAt.map { $0 <= receivedAt } ?? true
            if isLatest {
                next.lastHeartbeatAt = receivedAt
                next.progress = progress ?? self.progress
            }
            if let extendSeconds {
                let moved = receivedAt.adding(seconds: min(extendSeconds, ttlSeconds))
                // An extension that arrives late, or twice, must not shorten what a later extension granted.
                next.ttlDeadline = isLatest ? moved : max(ttlDeadline, moved)
                next.isExtended = true
            }
            return (next, .move([.progressed]))
        }
    }

    private func decidingExpiry(
        _ expiry: Expiry, noticedAt: Instant, id: ReportID, judgedAt: Instant, reachableSince: Instant?
    ) -> (ExecutionState, Transition.Decision) {
        let deadline: Instant? =
            switch expiry {
            case .ttl: ttlDeadline
            case .heartbeat: heartbeatDeadline(reachableSince: reachableSince)
            }
        guard let deadline, deadline <= min(noticedAt, judgedAt) else { return (self, .ignore(.deadlineMoved)) }
        guard judgedAt.milliseconds(since: noticedAt) <= Self.expiryAgeMaxMilliseconds else {
            return (self, .ignore(.staleExpiry))
        }
        return ending(.fail, expiry == .ttl ? .ttl : .heartbeat, at: noticedAt, by: id)
    }

    private func ending(
        _ status: ExecutionStatus, _ reason: FailureReason?, at instant: Instant, by id: ReportID
    ) -> (ExecutionState, Transition.Decision) {
        var next = self
        next.status = status
        next.reason = reason
        next.finishedAt = instant
        next.finishedBy = id
        return (next, .move([.finished]))
    }
}
