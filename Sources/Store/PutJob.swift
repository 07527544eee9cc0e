/// A job after it was put.
public struct PutJob: Sendable, Equatable {
    public var stored: StoredJob
    public var isNew: Bool

    public init(stored: StoredJob, isNew: Bool) {
        self.stored = stored
        self.isNew = isNew
    }
}
