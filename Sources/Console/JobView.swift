import JobCore
import Store

/// The JSON of a job: its public fields, the payload, the headers, its pause, the next occurrence and the version.
///
/// A field without a value is null, never left out.
struct JobView: Encodable {
    let stored: StoredJob
    let now: Instant
    /// Those in force.
    let pauses: JobPauses
    /// False hides the values of the headers.
    let showsHeaders: Bool

    private enum CodingKeys: String, CodingKey {
        case payload, headers, paused, etag
        case nextOccurrence = "next_occurrence"
    }

    func encode(to encoder: any Encoder) throws {
        try stored.fields.encode(to: encoder)
        var body = encoder.container(keyedBy: CodingKeys.self)
        let headers = stored.job.headers
        try body.encode(stored.job.payload, forKey: .payload)
        try body.encode(showsHeaders ? headers : HiddenHeaders.hidden(headers), forKey: .headers)
        let pause = pauses.last(of: stored.job, at: now).map { PauseView(pause: $0, isInJob: true) }
        try body.encode(pause, forKey: .paused)
        try body.encode(nextOccurrence?.rfc3339, forKey: .nextOccurrence)
        try body.encode(stored.etag, forKey: .etag)
    }

    /// The first one that no pause covers; nil while nobody knows when the job is resumed.
    private var nextOccurrence: Instant? {
        let job = stored.job
        guard job.isEnabled, let schedule = try? job.schedule.parsed() else { return nil }
        let from = max(now, stored.effectiveAfter, job.startAt?.adding(milliseconds: -1) ?? now)
        guard let next = schedule.next(after: from, outside: pauses.concerning(job)) else { return nil }
        return job.endAt.map { next <= $0 } ?? true ? next : nil
    }
}
