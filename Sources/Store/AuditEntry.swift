import JSON
public import JobCore

/// One change on record: who did what, when, and what was there before and after. Nothing in it is secret.
public struct AuditEntry: Sendable, Equatable {
    public var at: Instant
    /// The actor, and the request that made the change.
    public var author: ChangeAuthor
    public var action: AuditAction
    public var service: String?
    public var job: String?
    /// What was changed besides a service or a job: the id of an execution or of a dead letter, the name of a key, a
    /// tag.
    public var subject: String?
    /// JSON; nil if there was nothing before.
    public var before: String?
    /// JSON; nil if there is nothing now.
    public var after: String?

    public init(
        _ action: AuditAction, by author: ChangeAuthor, at: Instant, service: String? = nil, job: String? = nil,
        subject: String? = nil, before: String? = nil, after: String? = nil
    ) {
        self.at = at
        self.author = author
        self.action = action
        self.service = service
        self.job = job
        self.subject = subject
        self.before = before
        self.after = after
    }

    /// A job was put. Nil if that changed nothing. `before` is nil if there was no job, or none that could be read.
    public init?(put stored: StoredJob, replacing before: StoredJob?, by author: ChangeAuthor) {
        guard stored.etag != before?.etag else { return nil }
        self.init(
            .jobPut, by: author, at: stored.updatedAt, service: stored.job.name.service, job: stored.job.name.job,
            before: before.map { AuditedJob.text($0.fields) },
            after: AuditedJob.text(stored.fields, replacing: before?.fields))
    }

    /// A job was deleted. `before` is nil if it could not be read.
    public init(deleted name: JobName, _ before: StoredJob?, by author: ChangeAuthor, at: Instant) {
        self.init(
            .jobDeleted, by: author, at: at, service: name.service, job: name.job,
            before: before.map { AuditedJob.text($0.fields) })
    }

    /// A job, a service or a tag was paused, or its pause was changed.
    public init(paused pause: JobPause, replacing before: JobPause?, by author: ChangeAuthor, at: Instant) {
        let action: AuditAction =
            switch pause.subject {
            case .job: .jobPaused
            case .service: .servicePaused
            case .tag: .tagPaused
            }
        self.init(
            action, about: pause.subject, by: author, at: at, before: before.map(Self.text),
            after: Self.text(of: pause))
    }

    /// Somebody ended a pause.
    public init(resumed pause: JobPause, by author: ChangeAuthor, at: Instant) {
        let action: AuditAction =
            switch pause.subject {
            case .job: .jobResumed
            case .service: .serviceResumed
            case .tag: .tagResumed
            }
        self.init(action, about: pause.subject, by: author, at: at, before: Self.text(of: pause), after: nil)
    }

    private init(
        _ action: AuditAction, about subject: JobPause.Subject, by author: ChangeAuthor, at: Instant, before: String?,
        after: String?
    ) {
        self.init(action, by: author, at: at, before: before, after: after)
        switch subject {
        case .job(let name): (service, job) = (name.service, name.job)
        case .service(let name): service = name
        case .tag(let tag): self.subject = tag
        }
    }

    private static func text(of pause: JobPause) -> String {
        JSONValue.object([
            "note": pause.note.map { .string($0) } ?? .null, "until": pause.until.map { .string($0.rfc3339) } ?? .null,
            "paused_by": .string(pause.by), "paused_at": .string(pause.begunAt.rfc3339),
        ]).text
    }

    /// A key was created.
    public init(created key: APIKey, by author: ChangeAuthor) {
        self.init(
            .keyCreated, by: author, at: key.createdAt, subject: key.name, after: Self.text(ofKey: "\(key.scope)"))
    }

    /// A key was revoked. `scope` is its scope, as text.
    public init(revoked name: String, scope: String, by author: ChangeAuthor, at: Instant) {
        self.init(.keyRevoked, by: author, at: at, subject: name, before: Self.text(ofKey: scope))
    }

    /// A service got a new secret.
    public init(rotated service: String, overlapEndsAt: Instant, by author: ChangeAuthor, at: Instant) {
        let after = JSONValue.object(["older_secrets_end_at": .string(overlapEndsAt.rfc3339)])
        self.init(.secretRotated, by: author, at: at, service: service, after: after.text)
    }

    /// Some secrets were sealed with another signing key.
    public init(resealedCount: Int, by author: ChangeAuthor, at: Instant) {
        let after = JSONValue.object(["count": .integer(Int64(resealedCount))])
        self.init(.secretsResealed, by: author, at: at, after: after.text)
    }

    private static func text(ofKey scope: String) -> String { JSONValue.object(["scope": .string(scope)]).text }
}
