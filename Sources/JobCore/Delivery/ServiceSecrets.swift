/// The secrets that are valid for the webhooks of a service at one instant, as the store and the messages hold them:
/// sealed, so that only the holder of a signing key can read them.
public struct ServiceSecrets: Sendable, Hashable {
    /// The most secrets of its own that a service has at once.
    public static let sealedMax = 8
    /// The bytes of the longest sealed secret.
    public static let sealedBytesMax = 160

    /// The service's own secrets, the newest first. Empty for a service that was never given one.
    public var sealed: [String]
    /// Whether the secret that is derived from a signing key is valid, too. True for a service without its own.
    public var isDerivedValid: Bool

    public init(sealed: [String], isDerivedValid: Bool) {
        self.sealed = sealed
        self.isDerivedValid = isDerivedValid
    }

    /// Those of a service without a secret of its own.
    public static let derived = ServiceSecrets(sealed: [], isDerivedValid: true)
}
