import FoundationEssentials

/// The id of an execution.
public typealias ExecutionID = Identifier<Execution>

/// One run of a job, as the store records it.
public struct Execution: Sendable, Equatable {
    public var id: ExecutionID
    public var jobID: JobID
    public var jobName: JobName
    public var occurrence: Instant
    public var createdAt: Instant
    public var isExclusive: Bool
    /// Why the execution exists.
    public var trigger: Trigger
    /// The expression of the job's schedule when the execution was created.
    public var schedule: String
    /// The payload of this run, if it replaces the job's payload.
    public var payload: String?
    public var state: ExecutionState
    public var attempts: [Attempt]
    /// At most one for each attempt, in their order.
    public var deferrals: [Deferral]
    /// When the next attempt is due while the execution is pending.
    public var attemptDueAt: Instant
    public var outcome: Outcome
    public var retryOf: ExecutionID?
    public var retriedBy: ExecutionID?

    public init(
        id: ExecutionID, jobID: JobID, jobName: JobName, occurrence: Instant, createdAt: Instant, isExclusive: Bool,
        trigger: Trigger = .schedule, schedule: String, payload: String? = nil, state: ExecutionState,
        attempts: [Attempt] = [], deferrals: [Deferral] = [], attemptDueAt: Instant, outcome: Outcome = Outcome(),
        retryOf: ExecutionID? = nil, retriedBy: ExecutionID? = nil
    ) {
        self.id = id
        self.jobID = jobID
        self.jobName = jobName
        self.occurrence = occurrence
        self.createdAt = createdAt
        self.isExclusive = isExclusive
        self.trigger = trigger
        self.schedule = schedule
        self.payload = payload
        self.state = state
        self.attempts = attempts
        self.deferrals = deferrals
        self.attemptDueAt = attemptDueAt
        self.outcome = outcome
        self.retryOf = retryOf
        self.retriedBy = retriedBy
    }

    /// The id of a job's execution for an occurrence. It is computed, so that the same due event twice leads to the
    /// same execution.
    public static func id(of job: JobID, at occurrence: Instant) -> ExecutionID {
        ExecutionID(namespace: job.uuid, name: "schedule:\(occurrence.millisecondsSinceEpoch)")
    }

    /// The id of the retry that a replayed delivery of a failed execution leads to. It is computed, so that two replays
    /// lead to the same execution.
    public static func id(ofReplayOf failed: ExecutionID) -> ExecutionID {
        ExecutionID(namespace: failed.uuid, name: "replay")
    }
}
