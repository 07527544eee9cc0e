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
        /// The delivery is lost, and is requested again.
        case redeliver
        /// The execution is buffered, and no run of its job seems to be open: the job's earliest buffered execution is
        /// released, unless one is.
        case release
        /// Another report came first, or the report's claim does not hold.
        case ignore(IgnoreReason)
    }

    /// Why a report changed nothing.
    public enum IgnoreReason: String, Sendable, Equatable {
        /// The execution is over; nothing moves it any more.
        case over
        /// A delivery report about an execution that is already running.
        case alreadyInvoked
        /// The deadline that the reaper saw has moved since.
        case deadlineMoved
        /// Callbacks could not be received lately, so silence does not count.
        case unreachable
        /// The couriers have not come that far: the delivery may still be in their queue.
        case onItsWay
        /// The execution waits for the end of another run, and nothing of it was delivered.
        case buffered
        /// The execution is a test, which is not delivered again and to which no callback belongs.
        case test
    }

    /// The events to publish.
    public var events: [ExecutionEvent] {
        switch decision {
        case .move(let events), .duplicate(let events): events
        case .redeliver, .release, .ignore: []
        }
    }

    public init(_ execution: Execution, _ decision: Decision) {
        self.execution = execution
        self.decision = decision
    }
}
