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
    /// is the present by the recorder's clock: a service is never invoked later than now. `progress` is what stood
    /// before the report in its line: an expiry is judged by its place, so neither its age nor the recorder's clock
    /// matters.
    public func applying(
        _ report: Report, id: ReportID, judgedAt: Instant, progress: LineProgress
    ) -> Transition {
        if trigger == .test, !state.status.isFinal, !Self.concernsTest(report) {
            return Transition(self, .ignore(.test))
        }
        if case .overdue(let afterSeconds, let noticedAt) = report {
            return redelivering(overdueAfterSeconds: afterSeconds, noticedAt: noticedAt, progress: progress)
        }
        if state.isBuffered { return applyingWhileBuffered(report, id: id) }
        let report = report.clamped(to: createdAt)
        var next = self
        next.keepDelivery(of: report)
        let (state, decision) = state.deciding(
            report, id: id, judgedAt: judgedAt, progress: progress, isTest: trigger == .test)
        next.state = state
        if case .move = decision { next.takeOutcome(of: report) }
        return Transition(next, decision)
    }

    /// A test ends with the answer to its only attempt. It is not delivered again, and what its service calls back
    /// before the answer is on record does not count.
    private static func concernsTest(_ report: Report) -> Bool {
        switch report {
        case .accepted, .deferred, .refused, .expired, .cancelled: true
        case .callback, .overdue: false
        }
    }

    /// A delivery is lost only if a mark that was made later than it was overdue has passed through the couriers'
    /// queue: all that stood before the mark has reached a courier.
    private func redelivering(
        overdueAfterSeconds: Int64, noticedAt: Instant, progress: LineProgress
    ) -> Transition {
        guard !state.status.isFinal else { return Transition(self, .ignore(.over)) }
        guard state.status == .pending else { return Transition(self, .ignore(.alreadyInvoked)) }
        guard !state.isBuffered else { return Transition(self, .release) }
        // This very report was applied before.
        guard attemptDueAt != noticedAt else { return Transition(self, .redeliver) }
        let overdueAt = attemptDueAt.adding(seconds: overdueAfterSeconds)
        guard overdueAt <= noticedAt, progress.hasDelivered(through: overdueAt) else {
            return Transition(self, .ignore(.onItsWay))
        }
        var next = self
        next.attemptDueAt = noticedAt
        return Transition(next, .redeliver)
    }

    /// True when only heartbeats came between `before` and this execution: the store has a cheaper write for them.
    public func differsOnlyInHeartbeats(from before: Execution) -> Bool {
        var same = self
        same.state.lastHeartbeatAt = before.state.lastHeartbeatAt
        same.state.firstHeartbeatAt = before.state.firstHeartbeatAt
        same.state.progress = before.state.progress
        return same == before
    }

    private mutating func keepDelivery(of report: Report) {
        switch report {
        case .accepted(let attempt), .refused(let attempt): keep(attempt)
        case .deferred(let cause, let nextAttemptAt):
            if case .failed(let attempt) = cause { keep(attempt) }
            keep(Deferral(cause, until: nextAttemptAt))
            attemptDueAt = max(attemptDueAt, nextAttemptAt)
        case .callback, .expired, .cancelled, .overdue: break
        }
    }

    /// An attempt that a crash cut off is made again under the same number: its success replaces the failure.
    private mutating func keep(_ attempt: Attempt) {
        if let index = attempts.firstIndex(where: { $0.number == attempt.number }) {
            if attempts[index].error != nil, attempt.error == nil { attempts[index] = attempt }
        } else {
            attempts.append(attempt)
            attempts.sort { $0.number < $1.number }
        }
    }

    private mutating func keep(_ deferral: Deferral) {
        if let index = deferrals.firstIndex(where: { $0.attempt == deferral.attempt }) {
            deferrals[index] = deferrals[index].merged(with: deferral)
        } else {
            deferrals.append(deferral)
            deferrals.sort { $0.attempt < $1.attempt }
        }
    }

    private mutating func takeOutcome(of report: Report) {
        switch report {
        case .callback(.success(let outcome), _), .callback(.fail(let outcome), _): self.outcome = outcome
        case .refused(let attempt): outcome.error = attempt.error
        case .accepted, .deferred, .callback(.processing, _), .expired, .cancelled, .overdue: break
        }
    }
}

extension Report {
    /// A service that publishes its own callback chooses the timestamp, and a courier's clock may be behind; neither a
    /// callback nor the attempt that was accepted or refused can be before the execution. Else its silence or its ttl
    /// would count from a time at which it was not there.
    fileprivate func clamped(to created: Instant) -> Report {
        func clamped(_ attempt: Attempt) -> Attempt {
            var attempt = attempt
            attempt.at = max(attempt.at, created)
            return attempt
        }
        return switch self {
        case .callback(let callback, let receivedAt): .callback(callback, receivedAt: max(receivedAt, created))
        case .accepted(let attempt): .accepted(clamped(attempt))
        case .refused(let attempt): .refused(clamped(attempt))
        case .deferred, .expired, .cancelled, .overdue: self
        }
    }
}

extension ExecutionState {
    /// The state after a report, and the decision.
    fileprivate func deciding(
        _ report: Report, id: ReportID, judgedAt: Instant, progress: LineProgress, isTest: Bool
    ) -> (ExecutionState, Transition.Decision) {
        if finishedBy == id { return (self, .duplicate(reemit: [.finished])) }
        if invokedBy == id { return (self, .duplicate(reemit: [.started])) }
        if status.isFinal { return decidingAfterEnd(report, id: id, judgedAt: judgedAt) }
        switch report {
        case .accepted(let attempt) where isTest: return endingTest(attempt, id: id, judgedAt: judgedAt)
        case .accepted(let attempt): return decidingAccepted(attempt, id: id, judgedAt: judgedAt)
        case .deferred: return (self, status == .pending ? .move([]) : .ignore(.alreadyInvoked))
        case .refused(let attempt):
            guard status == .pending else { return (self, .ignore(.alreadyInvoked)) }
            return ending(.fail, .invocation, at: attempt.answeredAt, by: id)
        case .callback(let callback, let receivedAt): return decidingCallback(callback, receivedAt: receivedAt, id: id)
        case .expired(let expiry, let noticedAt):
            return decidingExpiry(expiry, noticedAt: noticedAt, id: id, progress: progress)
        case .cancelled(let instant): return ending(.fail, .cancelled, at: instant, by: id)
        case .overdue: return (self, .ignore(.onItsWay))
        }
    }

    /// After its end nothing moves an execution. Only when it was invoked is still filled in, and `started` is
    /// published: a fast service calls back before its courier reports the answer.
    private func decidingAfterEnd(
        _ report: Report, id: ReportID, judgedAt: Instant
    ) -> (ExecutionState, Transition.Decision) {
        guard case .accepted(let attempt) = report, invokedAt == nil else { return (self, .ignore(.over)) }
        var next = self
        next.invokedAt = min(attempt.answeredAt, judgedAt)
        next.invokedBy = id
        return (next, .move([.started]))
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

    /// A test has its result once its target has accepted it. Nothing is run.
    private func endingTest(
        _ attempt: Attempt, id: ReportID, judgedAt: Instant
    ) -> (ExecutionState, Transition.Decision) {
        var next = self
        let invokedAt = min(attempt.answeredAt, judgedAt)
        next.invokedAt = invokedAt
        next.invokedBy = id
        return next.ending(.success, nil, at: invokedAt, by: id)
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
        _ expiry: Expiry, noticedAt: Instant, id: ReportID, progress: LineProgress
    ) -> (ExecutionState, Transition.Decision) {
        guard let deadline = deadline(of: expiry, after: progress) else { return (self, .ignore(.deadlineMoved)) }
        let expiresAt = deadline.adding(milliseconds: Self.expiryGraceMilliseconds)
        guard expiresAt <= noticedAt else { return (self, .ignore(.deadlineMoved)) }
        if status == .pending {
            guard progress.hasDelivered(through: expiresAt) else { return (self, .ignore(.onItsWay)) }
        } else {
            guard progress.hadCallbacks(at: noticedAt) else { return (self, .ignore(.unreachable)) }
        }
        return ending(.fail, expiry == .ttl ? .ttl : .heartbeat, at: noticedAt, by: id)
    }

    func ending(
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
