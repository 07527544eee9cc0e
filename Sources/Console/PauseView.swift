import JobCore

/// The JSON of a pause. A field without a value is null.
struct PauseView: Encodable {
    let pause: JobPause
    /// Within the JSON of a job it has no names of its own, and no end by a person: it is in force.
    var isInJob = false
    /// The jobs that it concerns now, in the answer to the one who pauses.
    var jobCount: Int?

    private enum CodingKeys: String, CodingKey {
        case by
        case serviceName = "service_name"
        case jobName = "job_name"
        case tag, note, until
        case pausedBy = "paused_by"
        case pausedAt = "paused_at"
        case resumedAt = "resumed_at"
        case jobs
    }

    func encode(to encoder: any Encoder) throws {
        let (by, service, job, tag): (String, String?, String?, String?) =
            switch pause.subject {
            case .job(let name): ("job", name.service, name.job, nil)
            case .service(let service): ("service", service, nil, nil)
            case .tag(let tag): ("tag", nil, nil, tag)
            }
        var body = encoder.container(keyedBy: CodingKeys.self)
        try body.encode(by, forKey: .by)
        try body.encode(tag, forKey: .tag)
        try body.encode(pause.note, forKey: .note)
        try body.encode(pause.until?.rfc3339, forKey: .until)
        try body.encode(pause.by, forKey: .pausedBy)
        try body.encode(pause.begunAt.rfc3339, forKey: .pausedAt)
        guard !isInJob else { return }
        try body.encode(service, forKey: .serviceName)
        try body.encode(job, forKey: .jobName)
        try body.encode(pause.endedAt?.rfc3339, forKey: .resumedAt)
        try body.encodeIfPresent(jobCount, forKey: .jobs)
    }
}
