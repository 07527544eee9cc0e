/// A job as the store holds it after `ConsoleStore.put`.
public struct PutJob: Sendable, Equatable {
    public var stored: StoredJob
    /// True when there was no job of that name, or only a deleted one.
    public var isNew: Bool

    public init(stored: StoredJob, isNew: Bool) {
        self.stored = stored
        self.isNew = isNew
    }
}
