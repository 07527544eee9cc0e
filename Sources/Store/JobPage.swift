public import JobCore

/// Some jobs of a range, in its order.
public struct JobPage: Sendable, Equatable {
    public var jobs: [StoredJob]
    /// The bytes of their documents.
    public var bytes: Int
    /// The part of the range that is still to be read; nil when there is none.
    public var rest: JobRange?

    public init(jobs: [StoredJob], bytes: Int, rest: JobRange?) {
        self.jobs = jobs
        self.bytes = bytes
        self.rest = rest
    }
}
