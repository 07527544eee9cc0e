import JobCore

/// What becomes of a delivery that comes back from the retry ladder.
enum ReturnDecision: Equatable {
    /// The execution still waits for this attempt.
    case request
    case drop(DropReason)

    /// Why a delivery is not requested again.
    enum DropReason: String, CaseIterable {
        /// There is no such execution on record.
        case unknown
        /// The service has started the run.
        case started
        /// The run has ended: it was cancelled, has finished, or has timed out.
        case ended
        /// This attempt or a later one is on record.
        case superseded
    }

    /// Decides by the record. Nothing is delivered for a run that has started or ended, and no attempt is made twice.
    static func decide(attempt: Int, of execution: Execution?) -> ReturnDecision {
        guard let execution else { return .drop(.unknown) }
        switch execution.state.status {
        case .pending: return execution.attempts.contains { $0.number >= attempt } ? .drop(.superseded) : .request
        case .invoked, .processing: return .drop(.started)
        case .success, .fail: return .drop(.ended)
        }
    }
}
