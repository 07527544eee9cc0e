public import JobCore

/// An access key of AWS. No description shows its secrets.
public struct AWSCredentials: Sendable, Equatable {
    public var accessKeyID: String
    public var secretAccessKey: String
    /// Belongs to temporary credentials; nil for others.
    public var sessionToken: String?
    /// From when on AWS refuses them; nil if they don't end.
    public var expiresAt: Instant?

    public init(
        accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiresAt: Instant? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiresAt = expiresAt
    }
}

extension AWSCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "AWS credentials" }
    public var debugDescription: String { description }
    /// Without children, so that `dump` shows no secret.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
