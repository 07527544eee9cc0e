/// Pauses by what they pause, so that those of one job are found among many.
public struct JobPauses: Sendable {
    private let bySubject: [JobPause.Subject: [JobPause]]

    public init(_ pauses: [JobPause]) {
        bySubject = Dictionary(grouping: pauses, by: \.subject)
    }

    /// The pauses of the job itself, then those of its service, then those of its tags.
    public func concerning(_ job: Job) -> [JobPause] {
        guard !bySubject.isEmpty else { return [] }
        var subjects: [JobPause.Subject] = [.job(job.name), .service(job.name.service)]
        for tag in job.tags where !subjects.contains(.tag(tag)) { subjects.append(.tag(tag)) }
        return subjects.flatMap { bySubject[$0] ?? [] }
    }

    /// The pause of the job that covers `instant` and ends last; one that nobody knows the end of ends last of all.
    /// Nil if the job is not paused then.
    public func last(of job: Job, at instant: Instant) -> JobPause? {
        concerning(job).filter { $0.covers(instant) }.max { first, second in
            guard let end = first.end else { return false }
            return second.end.map { end < $0 } ?? true
        }
    }
}
