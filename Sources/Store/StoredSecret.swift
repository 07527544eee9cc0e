public import JobCore

/// One secret of a service as the store holds it.
public struct StoredSecret: Sendable, Hashable {
    /// What is kept of a secret.
    public enum Content: Sendable, Hashable {
        /// The service's own secret, sealed with a signing key.
        case sealed(String)
        /// Nothing: the secret is derived from a signing key, and was in use before the service got its own.
        case derived
    }

    public var service: String
    /// Of two secrets of a service, the newer one has the higher number.
    public var number: Int64
    public var content: Content
    public var createdAt: Instant
    /// The instant from which it is no longer valid; nil for the current one.
    public var expiresAt: Instant?

    public init(service: String, number: Int64, content: Content, createdAt: Instant, expiresAt: Instant?) {
        self.service = service
        self.number = number
        self.content = content
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    /// The sealed text; nil for the derived one.
    public var sealed: String? {
        if case .sealed(let text) = content { text } else { nil }
    }

    /// Whether webhooks are signed with it at `instant`.
    public func isValid(at instant: Instant) -> Bool { expiresAt.map { instant < $0 } ?? true }
}
