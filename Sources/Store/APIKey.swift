public import JobCore

/// A key of the admin API: who may use it, and for what. The store keeps the hash of its secret, never the secret.
public struct APIKey: Sendable, Hashable {
    /// The calls that a key allows.
    public enum Scope: Sendable, Hashable {
        /// Every call.
        case admin
        /// Calls that change nothing, of all services.
        case read
        /// Every call that concerns the jobs and executions of this service.
        case service(String)
    }

    /// Unique among the keys.
    public var name: String
    public var scope: Scope
    public var createdAt: Instant
    /// The actor who created it; nil for a key from before this was recorded.
    public var createdBy: String?
    /// When it was last used, up to about a minute ago; nil if it never was.
    public var lastUsedAt: Instant?

    public init(
        name: String, scope: Scope, createdAt: Instant, createdBy: String? = nil, lastUsedAt: Instant? = nil
    ) {
        self.name = name
        self.scope = scope
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.lastUsedAt = lastUsedAt
    }
}

extension APIKey.Scope: CustomStringConvertible {
    private static let servicePrefix = "service:"

    /// Reads `admin`, `read` or `service:NAME`; nil for any other text.
    public init?(_ text: String) {
        switch text {
        case "admin": self = .admin
        case "read": self = .read
        default:
            let name = text.dropFirst(Self.servicePrefix.count)
            guard text.hasPrefix(Self.servicePrefix), !name.isEmpty else { return nil }
            self = .service(String(name))
        }
    }

    /// Reads the scope of a new key. Nil also for a service that no job can have.
    public init?(new text: String) {
        self.init(text)
        if case .service(let name) = self, JobName.fault(in: name) != nil { return nil }
    }

    /// The text that `init` reads.
    public var description: String {
        switch self {
        case .admin: "admin"
        case .read: "read"
        case .service(let name): Self.servicePrefix + name
        }
    }
}
