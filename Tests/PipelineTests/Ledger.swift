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

    struct Replay {
        /// The execution whose delivery was replayed.
        var of: ExecutionID
        var job: JobName
        /// The execution had failed on record when its delivery was replayed, so nothing may keep it from its retry.
        var leadsToRetry: Bool
    }

    struct Poison: Equatable {
        var queue: WorkQueue
        var reason: DeadLetterReason
    }

    /// The occurrences that a dispatcher handled while they belonged to a job, each with the expected result.
    var due: [Occurrence: Due] = [:]
    /// Those that a dispatcher handled, and that belonged to a job but for a pause.
    var paused: Set<Occurrence> = []
    /// The requested runs, and the execution that each of them retries.
    var runs: [ExecutionID: (job: JobName, retryOf: ExecutionID?)] = [:]
    var cancelled: Set<ExecutionID> = []
    /// How often the record was asked about a delivery because it had waited for long, at most.
    var questions: [ExecutionID: Int] = [:]
    /// The replays of refused deliveries, by the retry that each may lead to.
    var replays: [ExecutionID: Replay] = [:]
    /// By message id.
    var poison: [String: Poison] = [:]
}
