/// How an execution answers a report. The state machine is total: every status and report has an answer.
public enum Transition: Sendable, Equatable {
    /// The report moves the execution to this state, and these events tell of it.
    case move(ExecutionState, [ExecutionEvent])
    /// This very report was applied before: nothing changes, its events are said once more.
    case again([ExecutionEvent])
    /// Another report came first, or the report's claim doesn't hold.
    case ignore(IgnoreReason)

    /// Why a report changed nothing.
    public enum IgnoreReason: String, Sendable, Equatable {
        /// The execution is over; nothing moves it any more.
        case over
        /// A delivery report about an execution that is already running.
        case alreadyInvoked
        /// The deadline that the reaper saw has moved since, or silence doesn't count yet.
        case deadlineMoved
        /// The expiry waited too long to be believed; the reaper says it again if it still holds.
        case staleExpiry
    }
}

/// What the event fork says about an execution.
public enum ExecutionEvent: String, Sendable, CaseIterable { case started, progressed, finished }

extension ExecutionState {
    /// An expiry older than this is not believed. With several recorders, heartbeats that stood before it in the queue
    /// may still be in another one's hands; the reaper repeats it each minute, so nothing is stuck by waiting.
    static let expiryFreshForMilliseconds: Int64 = 10_000

    /// The answer to one report. Pure: `judgedAt` is the recorder's clock. Before `reachableSince` the service may
    /// have called without being heard (we were away), so silence is counted from there at the earliest; nil: we were
    /// always there.
    public func applying(
        _ report: Report, id: ReportID, judgedAt: Instant, reachableSince: Instant? = nil
    ) -> Transition {
        if finishedBy == id { return .again([.finished]) }
        if invokedBy == id { return .again([.started]) }
        if status.isFinal { return .ignore(.over) }
        switch report {
        case .accepted(let attempt): return applyingAccepted(attempt, id: id, judgedAt: judgedAt)
        case .deferred: return status == .pending ? .move(self, []) : .ignore(.alreadyInvoked)
        case .refused(let attempt):
            guard status == .pending else { return .ignore(.alreadyInvoked) }
            let end = attempt.at.adding(milliseconds: attempt.latencyMilliseconds)
            return ending(.fail, .invocation, at: end, by: id)
        case .callback(let callback, let receivedAt): return applyingCallback(callback, receivedAt: receivedAt, id: id)
        case .expired(let expiry, let noticedAt):
            return applyingExpiry(
                expiry, noticedAt: noticedAt, id: id, judgedAt: judgedAt, reachableSince: reachableSince)
        case .cancelled(let instant): return ending(.fail, .cancelled, at: instant, by: id)
        }
    }

    private func applyingAccepted(_ attempt: Attempt, id: ReportID, judgedAt: Instant) -> Transition {
        guard invokedAt == nil else { return .ignore(.alreadyInvoked) }
        var next = self
        // A callback may have beaten this report; then the execution is further on already.
        if status == .pending { next.status = .invoked }
        // When the answer came: a service that takes long to answer must not find its time half gone. The courier's
        // clock is not ours, but what it tells of has happened by now.
        let invokedAt = min(attempt.at.adding(milliseconds: attempt.latencyMilliseconds), judgedAt)
        next.invokedAt = invokedAt
        next.invokedBy = id
        if !isExtended { next.ttlDeadline = invokedAt.adding(seconds: ttlSeconds) }
        return .move(next, [.started])
    }

    private func applyingCallback(_ callback: Callback, receivedAt: Instant, id: ReportID) -> Transition {
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
                // One that comes late, or again, must not take back what a later one was given.
                next.ttlDeadline = isLatest ? moved : max(ttlDeadline, moved)
                next.isExtended = true
            }
            return .move(next, [.progressed])
        }
    }

    private func applyingExpiry(
        _ expiry: Expiry, noticedAt: Instant, id: ReportID, judgedAt: Instant, reachableSince: Instant?
    ) -> Transition {
        let deadline: Instant? =
            switch expiry {
            case .ttl: ttlDeadline
            case .heartbeat: heartbeatDeadline(reachableSince: reachableSince)
            }
        guard let deadline, deadline <= min(noticedAt, judgedAt) else { return .ignore(.deadlineMoved) }
        guard judgedAt.milliseconds(since: noticedAt) <= Self.expiryFreshForMilliseconds else {
            return .ignore(.staleExpiry)
        }
        return ending(.fail, expiry == .ttl ? .ttl : .heartbeat, at: noticedAt, by: id)
    }

    private func ending(
        _ status: ExecutionStatus, _ reason: FailureReason?, at instant: Instant, by id: ReportID
    ) -> Transition {
        var next = self
        next.status = status
        next.reason = reason
        next.finishedAt = instant
        next.finishedBy = id
        return .move(next, [.finished])
    }
}
