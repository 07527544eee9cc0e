internal import HTTPTypes
internal import Hummingbird
internal import Signing
internal import Store

/// Who asks, and whether they may.
struct Access: Sendable {
    let store: any ConsoleStore

    /// The key that the request bears. Throws 401 without one that is ours.
    func key(of request: Request) async throws -> APIKey {
        guard let header = request.headers[.authorization], header.hasPrefix("Bearer "), header.utf8.count <= 512,
            let key = try await store.apiKey(secretHash: APISecret.hash(String(header.dropFirst(7))))
        else {
            throw APIError(
                status: .unauthorized, message: "Send Authorization: Bearer with a key made by `belfry keys add`.")
        }
        return key
    }

    /// Throws 403 unless the key may read this service's jobs and executions; nil is all services.
    func mayRead(_ key: APIKey, service: String?) throws {
        switch key.scope {
        case .admin, .read: return
        case .service(let own) where own == service: return
        case .service(let own):
            throw APIError(status: .forbidden, message: "The key “\(key.name)” is for the service “\(own)” only.")
        }
    }

    /// Throws 403 unless the key may change this service's jobs and run them.
    func mayWrite(_ key: APIKey, service: String) throws {
        switch key.scope {
        case .admin: return
        case .service(let own) where own == service: return
        case .read: throw APIError(status: .forbidden, message: "The key “\(key.name)” may only read.")
        case .service(let own):
            throw APIError(status: .forbidden, message: "The key “\(key.name)” is for the service “\(own)” only.")
        }
    }
}
