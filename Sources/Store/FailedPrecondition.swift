public import JobCore

/// A precondition that does not hold of a job, so that its batch was not made.
public struct FailedPrecondition: Sendable, Equatable {
    public var name: JobName
    /// The first one of this change that does not hold.
    public var precondition: JobPrecondition
    /// Whether there is no such job.
    public var isAbsent: Bool

    public init(name: JobName, precondition: JobPrecondition, isAbsent: Bool) {
        self.name = name
        self.precondition = precondition
        self.isAbsent = isAbsent
    }
}
