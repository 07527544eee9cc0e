public import JobCore

/// Who may use the admin API, and for what. Its secret is never kept, only the secret's hash.
public struct APIKey: Sendable, Hashable {
    public enum Scope: Sendable, Hashable {
        case admin
        case read
        case service(String)
    }

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
    public init?(_ text: String) {
        switch text {
        case "admin": self = .admin
        case "read": self = .read
        default:
            guard text.hasPrefix("service:"), text.utf8.count > 8 else { return nil }
            self = .service(String(text.dropFirst(8)))
        }
    }

    public var description: String {
        switch self {
        case .admin: "admin"
        case .read: "read"
        case .service(let name): "service:\(name)"
        }
    }
}
