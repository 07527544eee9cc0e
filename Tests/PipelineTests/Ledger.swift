import JobCore
import Messaging

/// The actions of the test, and the results that it expects.
struct Ledger {
    struct Occurrence: Hashable {
        var job: JobName
        var at: Instant
    }

    struct Due: Equatable {
        var isMissed: Bool
        var policy: MisfirePolicy
    }

    struct Poison: Equatable {
        var queue: WorkQueue
        var reason: DeadLetterReason
    }

    /// The occurrences that a dispatcher handled while they belonged to a job, each with the expected result.
    var due: [Occurrence: Due] = [:]
    /// The requested runs, and the execution that each of them retries.
    var runs: [ExecutionID: (job: JobName, retryOf: ExecutionID?)] = [:]
    var cancelled: Set<ExecutionID> = []
    /// How often the record was asked about a delivery because it had waited for long, at most.
    var questions: [ExecutionID: Int] = [:]
    /// By message id.
    var poison: [String: Poison] = [:]
}
