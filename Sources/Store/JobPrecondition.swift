/// What must hold of the job on record so that a change of it is made.
public enum JobPrecondition: Sendable, Equatable {
    /// There is a job, of whatever version.
    case exists
    /// There is no job.
    case absent
    /// There is a job, and its `StoredJob.etag` is one of these.
    case version([String])
    /// There is no job, or its `StoredJob.etag` is none of these.
    case otherVersion([String])
    /// The job that can be read has this `StoredJob.etag`; nil if there is none that can be read.
    case unchanged(String?)

    /// Whether it holds. `stored` is the job on record, nil if there is none or it can't be read; `isAbsent` tells
    /// the two apart.
    public func holds(for stored: StoredJob?, isAbsent: Bool) -> Bool {
        switch self {
        case .exists: !isAbsent
        case .absent: isAbsent
        case .version(let etags): stored.map { etags.contains($0.etag) } ?? false
        case .otherVersion(let etags): stored.map { !etags.contains($0.etag) } ?? true
        case .unchanged(let etag): stored?.etag == etag
        }
    }
}
