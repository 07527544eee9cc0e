import JobCore
import Messaging

/// What becomes of a replayed delivery.
enum ReplayDecision: Equatable {
    /// What becomes of any delivery that comes back: the execution waits for this attempt, or the delivery is dropped.
    case deliver(ReturnDecision)
    /// The execution has failed: it is retried.
    case retry
    /// The execution is about to fail. The record is asked again later.
    case wait
    /// There is no such execution on record. Nobody knows what it was, so the message is kept.
    case unknown

    /// Decides by the record. An execution that has ended is never delivered again: a failed one has a retry, which is
    /// another execution, and a success has none. Nobody waits for the end of a test.
    static func decide(_ delivery: DeliveryRequested, of execution: Execution?, now: Instant) -> ReplayDecision {
        guard let execution else { return .unknown }
        let isTest = execution.trigger == .test
        if execution.state.status == .fail, !isTest { return .retry }
        let decision = ReturnDecision.decide(attempt: delivery.attempt, of: execution, now: now)
        switch decision {
        // The refusal was reported after its dead letter was published. It may not be on record yet.
        case .request where delivery.replays.refusedAttempt == delivery.attempt: return .wait
        case .drop(.tooLate) where !isTest: return .wait
        case .request, .drop: return .deliver(decision)
        }
    }
}
