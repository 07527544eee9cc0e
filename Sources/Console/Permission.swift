import Store

/// Whether the scope of a key allows an access. This is the whole rule of scopes.
enum Permission: Sendable, Equatable {
    case granted
    /// The key may only read.
    case readOnly
    /// The key is for this service only.
    case onlyService(String)
    /// Only the scope `admin` allows it.
    case onlyAdmin

    /// `service` is nil for all services together.
    init(_ access: Access, of service: String?, for scope: APIKey.Scope) {
        switch (scope, access) {
        case (.admin, _): self = .granted
        case (.read, .read): self = .granted
        case (.read, .write): self = .readOnly
        case (.service(let own), .read), (.service(let own), .write):
            self = own == service ? .granted : .onlyService(own)
        case (_, .handleDeadLetters): self = .onlyAdmin
        case (_, .manageKeys): self = .onlyAdmin
        }
    }
}
