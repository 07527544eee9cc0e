import JobCore
import Messaging
import Store

/// Applies a batch of reports of one line, in order, to their executions and to the line's progress. Pure: the store
/// reads the executions and writes the changes.
struct ReportFold: Sendable {
    /// Something to log and count.
    enum Note: Sendable, Equatable {
        case moved(ExecutionID, ExecutionStatus, FailureReason?)
        case redelivered(ExecutionID)
        case ignored(ExecutionID, Transition.IgnoreReason)
        /// A report of the reaper about an execution that is not on record, or cannot be read.
        case unknown(ExecutionID)
    }

    struct Result: Sendable {
        var changes: [ExecutionChange] = []
        var progress: LineProgress
        var events: [ExecutionChanged] = []
        var redeliveries: [RedeliveryRequested] = []
        /// The executions of which the lock is to be handed on once more: see `ReportDecision.released`.
        var released: [ExecutionID] = []
        var notes: [Note] = []
        /// The numbers of other reports about executions that are not on record: their history was removed,
        /// or they belong to another installation.
        var unknown: [Int] = []
    }

    private var result: Result
    private var current: [ExecutionID: Execution]
    private let repeats: Set<Int>
    private let judgedAt: Instant

    /// `judgedAt` is that of `Execution.applying`; `progress` is the line's before the batch. `repeats` are the
    /// numbers of reports whose messages may have been handled before.
    static func fold(
        _ reports: [AddressedReport], repeats: Set<Int>, over executions: [ExecutionID: Execution],
        progress: LineProgress, judgedAt: Instant
    ) -> Result {
        var fold = ReportFold(
            result: Result(progress: progress), current: executions, repeats: repeats, judgedAt: judgedAt)
        for (index, report) in reports.enumerated() {
            switch report {
            case .signOfLife(let madeAt): fold.result.progress.receive(signOfLifeAt: madeAt)
            case .mark(let madeAt, let takenAt):
                fold.result.progress.receive(markMadeAt: madeAt, takenAt: takenAt)
            case .execution(let execution, let id, let report): fold.apply(report, id, to: execution, at: index)
            }
        }
        fold.result.changes = executions.compactMap { id, before in
            guard let after = fold.current[id], after != before else { return nil }
            return after.differsOnlyInHeartbeats(from: before) ? .heartbeat(after) : .rewritten(after)
        }
        return fold.result
    }

    /// The reaper asks again as long as the store shows the execution, so its reports are no dead letters.
    private mutating func note(unknown execution: ExecutionID, _ report: Report, at index: Int) {
        switch report {
        case .expired, .overdue: result.notes.append(.unknown(execution))
        case .accepted, .deferred, .refused, .callback, .cancelled: result.unknown.append(index)
        }
    }

    private mutating func apply(_ report: Report, _ id: ReportID, to execution: ExecutionID, at index: Int) {
        guard let before = current[execution] else { return note(unknown: execution, report, at: index) }
        let transition = before.applying(report, id: id, judgedAt: judgedAt, progress: result.progress)
        let after = transition.execution
        current[after.id] = after
        let heartbeatAt = Self.heartbeatAt(of: report, to: after)
        result.events += transition.events.map { ExecutionChanged($0, of: after, heartbeatAt: heartbeatAt) }
        switch transition.decision {
        case .ignore(let reason):
            // A repeat of a heartbeat that is on record: the end came later, in the same transaction perhaps.
            if repeats.contains(index), let heartbeatAt, let latest = after.state.lastHeartbeatAt, heartbeatAt <= latest
            {
                result.events.append(ExecutionChanged(.progressed, of: after, heartbeatAt: heartbeatAt))
            }
            result.notes.append(.ignored(after.id, reason))
        case .redeliver:
            result.redeliveries.append(
                RedeliveryRequested(executionID: after.id, jobName: after.jobName, foundAt: after.attemptDueAt))
            result.notes.append(.redelivered(after.id))
        case .release: result.released.append(after.id)
        case .duplicate(let events):
            // A service may send a callback twice: the first message handed the lock on, and this is not its repeat.
            if events.contains(.finished), repeats.contains(index) { result.released.append(after.id) }
        case .move:
            guard after.state.status != before.state.status else { return }
            result.notes.append(.moved(after.id, after.state.status, after.state.reason))
        }
    }

    /// When the heartbeat was received that a report is; nil for any other report. Like its execution has it: not
    /// before that was created.
    private static func heartbeatAt(of report: Report, to execution: Execution) -> Instant? {
        guard case .callback(.processing, let receivedAt) = report else { return nil }
        return max(receivedAt, execution.createdAt)
    }
}
