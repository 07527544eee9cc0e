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

    public init(name: String, scope: Scope, createdAt: Instant) {
        self.name = name
        self.scope = scope
        self.createdAt = createdAt
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

    /// The text that `init` reads.
    public var description: String {
        switch self {
        case .admin: "admin"
        case .read: "read"
        case .service(let name): Self.servicePrefix + name
        }
    }
}
