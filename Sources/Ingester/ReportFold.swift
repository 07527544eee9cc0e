import JobCore
import Messaging
import Store

/// Applies a batch of reports, in order, to their executions. Pure: the store reads the executions and writes the
/// changes.
struct ReportFold: Sendable {
    /// Something to log and count.
    enum Note: Sendable, Equatable {
        case moved(ExecutionID, ExecutionStatus, FailureReason?)
        case ignored(ExecutionID, Transition.IgnoreReason)
        /// The execution is not recorded: its history was removed, or it belongs to another installation.
        case unknown(ExecutionID)
    }

    struct Result: Sendable {
        var changes: [ExecutionChange] = []
        var events: [ExecutionChanged] = []
        var notes: [Note] = []
    }

    /// `judgedAt` and `reachableSince` are those of `Execution.applying`.
    static func fold(
        _ reports: [AddressedReport], over executions: [ExecutionID: Execution], judgedAt: Instant,
        reachableSince: Instant? = nil
    ) -> Result {
        var result = Result()
        var current = executions
        for addressed in reports {
            guard let before = current[addressed.executionID] else {
                result.notes.append(.unknown(addressed.executionID))
                continue
            }
            let transition = before.applying(
                addressed.report, id: addressed.id, judgedAt: judgedAt, reachableSince: reachableSince)
            let after = transition.execution
            current[after.id] = after
            result.events += transition.events.map { ExecutionChanged($0, of: after) }
            if case .ignore(let reason) = transition.decision {
                result.notes.append(.ignored(after.id, reason))
            } else if after.state.status != before.state.status {
                result.notes.append(.moved(after.id, after.state.status, after.state.reason))
            }
        }
        result.changes = executions.compactMap { id, before in
            guard let after = current[id], after != before else { return nil }
            return after.differsOnlyInHeartbeats(from: before) ? .heartbeat(after) : .rewritten(after)
        }
        return result
    }
}
