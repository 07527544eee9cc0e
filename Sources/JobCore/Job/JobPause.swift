/// An operator's pause of a job, of a service or of all jobs with a tag. It is no part of a job, so a job that is put
/// stays paused.
///
/// The occurrences within a pause are skipped and counted, and are never missed ones afterwards. A pause that has ended
/// is kept for a while: an occurrence may be handled late.
public struct JobPause: Sendable, Equatable {
    /// What is paused.
    public enum Subject: Sendable, Hashable, CustomStringConvertible {
        case job(JobName)
        case service(String)
        case tag(String)

        /// Such as `the job billing/invoices`.
        public var description: String {
            switch self {
            case .job(let name): "the job \(name)"
            case .service(let service): "the service \(service)"
            case .tag(let tag): "the tag “\(tag)”"
            }
        }
    }

    /// The pauses that may be in force at the same time.
    public static let inForceMax = 1_000

    public var subject: Subject
    /// A text for people: why.
    public var note: String?
    /// When it began. Occurrences from this instant on are skipped.
    public var begunAt: Instant
    /// When it ends by itself. Occurrences from this instant on run again. Nil: when somebody resumes the subject.
    public var until: Instant?
    /// The name of the key that paused it, or `local:USER`.
    public var by: String
    /// When somebody resumed it; nil while it was not.
    public var endedAt: Instant?

    public init(
        _ subject: Subject, note: String? = nil, begunAt: Instant, until: Instant? = nil, by: String,
        endedAt: Instant? = nil
    ) {
        self.subject = subject
        self.note = note
        self.begunAt = begunAt
        self.until = until
        self.by = by
        self.endedAt = endedAt
    }

    /// When it ends, or ended; nil for one that somebody has to end.
    public var end: Instant? {
        guard let until, let endedAt else { return until ?? endedAt }
        return min(until, endedAt)
    }

    /// Whether an instant is within the pause: from its beginning on, before its end.
    public func covers(_ instant: Instant) -> Bool {
        begunAt <= instant && (end.map { instant < $0 } ?? true)
    }

    /// Whether the job is among those that are paused.
    public func concerns(_ job: Job) -> Bool {
        switch subject {
        case .job(let name): name == job.name
        case .service(let service): service == job.name.service
        case .tag(let tag): job.tags.contains(tag)
        }
    }
}
