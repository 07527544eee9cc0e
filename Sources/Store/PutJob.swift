/// A job that was put, before and after.
public struct PutJob: Sendable, Equatable {
    /// The job as it was; nil if there was none that could be read.
    public var before: StoredJob?
    /// The job as it is now. A job that was put as it was already on record is the same as before.
    public var stored: StoredJob
    /// True when there was no job of that name, or only a deleted one.
    public var isNew: Bool

    public init(before: StoredJob?, stored: StoredJob, isNew: Bool) {
        self.before = before
        self.stored = stored
        self.isNew = isNew
    }
}
