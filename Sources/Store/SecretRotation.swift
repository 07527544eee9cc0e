public import JobCore

/// What became of a rotation.
public enum SecretRotation: Sendable, Equatable {
    /// The service has the new secret. These are all of its secrets now, the newest first.
    case rotated([StoredSecret])
    /// The service has as many valid secrets as it may have. The first of them expires at this instant.
    case tooMany(until: Instant)
}
