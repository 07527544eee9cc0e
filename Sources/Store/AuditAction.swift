/// What an audit entry says was done. The raw value is the name in the API; a name stays the same.
///
/// A name that ends in `requested` stands for a message to another stage: the entry says that it was asked for.
public enum AuditAction: String, Sendable, CaseIterable {
    case jobPut = "job.put"
    case jobDeleted = "job.deleted"
    case jobPaused = "job.paused"
    case jobResumed = "job.resumed"
    case servicePaused = "service.paused"
    case serviceResumed = "service.resumed"
    case tagPaused = "tag.paused"
    case tagResumed = "tag.resumed"
    case runRequested = "run.requested"
    case testRequested = "test.requested"
    case retryRequested = "retry.requested"
    case cancelRequested = "cancel.requested"
    case deadLettersReplayRequested = "dead_letters.replay_requested"
    case deadLettersDropRequested = "dead_letters.drop_requested"
    case keyCreated = "key.created"
    case keyRevoked = "key.revoked"
    case secretRotated = "secret.rotated"
    case secretsResealed = "secrets.resealed"

    /// Whether only an admin may know of it.
    public var isAboutKeys: Bool { self == .keyCreated || self == .keyRevoked }
}
