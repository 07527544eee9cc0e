import JobCore

/// What becomes of a delivery that comes back from the retry ladder.
enum ReturnDecision: Equatable {
    /// The execution still waits for this attempt, which may begin until the deadline.
    case request(deadline: Instant)
    case drop(DropReason)

    /// Why a delivery is not requested again.
    enum DropReason: String, CaseIterable {
        /// There is no such execution on record.
        case unknown
        /// The run waits for the end of another one.
        case buffered
        /// The service has started the run.
        case started
        /// The run has ended: it was cancelled, has finished, or has timed out.
        case ended
        /// This attempt or a later one is on record.
        case superseded
        /// The ttl of the run has passed.
        case tooLate = "too_late"
    }

    /// Decides by the record. Nothing is delivered for a run that has started or ended, and no attempt is made twice.
    ///
    /// A run for which no attempt is on record could not be delivered until now: its ttl begins now. For a late test
    /// nobody waits, so its ttl goes on.
    static func decide(attempt: Int, of execution: Execution?, now: Instant) -> ReturnDecision {
        guard let execution else { return .drop(.unknown) }
        switch execution.state.status {
        case .pending where execution.state.isBuffered: return .drop(.buffered)
        case .pending:
            guard !execution.attempts.contains(where: { $0.number >= attempt }) else { return .drop(.superseded) }
            let state = execution.state
            let deadline =
                execution.attempts.isEmpty && execution.trigger != .test
                ? max(state.ttlDeadline, now.adding(seconds: state.ttlSeconds)) : state.ttlDeadline
            return now < deadline ? .request(deadline: deadline) : .drop(.tooLate)
        case .invoked, .processing: return .drop(.started)
        case .success, .fail: return .drop(.ended)
        }
    }
}
