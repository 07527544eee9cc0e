/// The effect of one report on an execution. The state machine is total: every status answers every report.
public struct Transition: Sendable, Equatable {
    /// The execution after the report. Its attempts include the reported attempt even if the report is ignored:
    /// attempts are history, not state.
    public var execution: Execution
    public var decision: Decision

    /// The answer to a report.
    public enum Decision: Sendable, Equatable {
        /// The report moves the execution, and these events are published.
        case move([ExecutionEvent])
        /// This very report was applied before: nothing changes, and its events are published again.
        case duplicate(reemit: [ExecutionEvent])
        /// Another report came first, or the report's claim does not hold.
        case ignore(IgnoreReason)
    }

    /// Why a report changed nothing.
    public enum IgnoreReason: String, Sendable, Equatable {
        /// The execution is over; nothing moves it any more.
        case over
        /// A delivery report about an execution that is already running.
        case alreadyInvoked
        /// The deadline that the reaper saw has moved since, or silence does not count yet.
        case deadlineMoved
        /// The expiry waited too long to be believed; the reaper reports it again if it still holds.
        case staleExpiry
    }

    /// The events to publish.
    public var events: [ExecutionEvent] {
        switch decision {
        case .move(let events), .duplicate(let events): events
        case .ignore: []
        }
    }

    public init(_ execution: Execution, _ decision: Decision) {
        self.execution = execution
        self.decision = decision
    }
}
