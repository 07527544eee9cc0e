internal import JobCore
internal import Store
internal import Messaging

/// Applies a batch of reports, in order, to the executions they are about. Pure: the store lends the executions and
/// writes the changes.
struct ReportFold: Sendable {
    enum Note: Sendable, Equatable {
        case moved(ExecutionID, ExecutionStatus, FailureReason?)
        case ignored(ExecutionID, Transition.IgnoreReason)
        /// No such execution is on record: its history was removed, or it is another installation's.
        case unknown(ExecutionID)
    }

    struct Result: Sendable {
        var changes: [ExecutionChange] = []
        /// What the event fork is to hear, with the execution as it was then.
        var events: [(event: ExecutionEvent, execution: Execution)] = []
        var notes: [Note] = []
    }

    static func fold(
        _ reports: [AddressedReport], over executions: [ExecutionID: Execution], judgedAt: Instant,
        reachableSince: Instant? = nil
    ) -> Result {
        var result = Result()
        var current = executions
        for addressed in reports {
            guard var execution = current[addressed.executionID] else {
                result.notes.append(.unknown(addressed.executionID))
                continue
            }
            let report = addressed.report.notBefore(execution.createdAt)
            execution.record(report)
            switch execution.state.applying(
                report, id: addressed.id, judgedAt: judgedAt, reachableSince: reachableSince)
            {
            case .move(let state, let events):
                let before = execution.state
                execution.state = state
                execution.takeOutcome(of: report)
                result.events += events.map { ($0, execution) }
                if state.status != before.status {
                    result.notes.append(.moved(execution.id, state.status, state.reason))
                }
            case .again(let events): result.events += events.map { ($0, execution) }
            case .ignore(let why): result.notes.append(.ignored(execution.id, why))
            }
            current[execution.id] = execution
        }
        result.changes = executions.compactMap { id, before in
            guard let after = current[id], after != before else { return nil }
            return after.differsOnlyInHearing(from: before) ? .heartbeat(after) : .rewritten(after)
        }
        return result
    }
}

extension Report {
    /// What a service says of when it called back is its own word when it publishes by itself: not before its run.
    fileprivate func notBefore(_ created: Instant) -> Report {
        guard case .callback(let callback, let receivedAt) = self, receivedAt < created else { return self }
        return .callback(callback, receivedAt: created)
    }
}

extension Execution {
    /// Keeps an attempt's record, whatever the report decides: it is history, not state.
    fileprivate mutating func record(_ report: Report) {
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

    fileprivate mutating func takeOutcome(of report: Report) {
        switch report {
        case .callback(.success(let outcome), _), .callback(.fail(let outcome), _): self.outcome = outcome
        case .refused(let attempt): outcome.error = attempt.error
        case .accepted, .deferred, .callback(.processing, _), .expired, .cancelled: break
        }
    }

    fileprivate func differsOnlyInHearing(from before: Execution) -> Bool {
        var same = self
        same.state.lastHeartbeatAt = before.state.lastHeartbeatAt
        same.state.firstHeartbeatAt = before.state.firstHeartbeatAt
        same.state.progress = before.state.progress
        return same == before
    }
}
