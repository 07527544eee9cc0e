import Store

/// Whether the scope of a key allows an access. This is the whole rule of scopes.
enum Permission: Sendable, Equatable {
    case granted
    /// The key may only read.
    case readOnly
    /// The key is for this service only.
    case onlyService(String)

    /// `service` is nil for all services together.
    init(_ access: Access, of service: String?, for scope: APIKey.Scope) {
        switch scope {
        case .admin: self = .granted
        case .read: self = access == .read ? .granted : .readOnly
        case .service(let own): self = own == service ? .granted : .onlyService(own)
        }
    }
}
