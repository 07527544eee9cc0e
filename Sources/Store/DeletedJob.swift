public import JobCore

/// A job that was deleted.
public struct DeletedJob: Sendable, Equatable {
    public var name: JobName
    /// The job as it was; nil if there was none that could be read.
    public var before: StoredJob?
    /// Nil when there was no such job, so that nothing was done.
    public var deletedAt: Instant?

    public init(name: JobName, before: StoredJob?, deletedAt: Instant?) {
        self.name = name
        self.before = before
        self.deletedAt = deletedAt
    }
}
