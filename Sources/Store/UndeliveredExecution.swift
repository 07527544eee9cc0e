public import JobCore

/// A pending execution whose next attempt was due and did not happen: its delivery may be lost.
public struct UndeliveredExecution: Sendable, Hashable {
    public var id: ExecutionID
    /// The name of its job.
    public var jobName: JobName

    public init(id: ExecutionID, jobName: JobName) {
        self.id = id
        self.jobName = jobName
    }
}
