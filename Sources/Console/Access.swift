internal import Crypto
internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import JobStore

/// Secrets of API keys. Only their hash is kept: they are long and random, so a plain SHA-256 does.
public enum APISecret {
    /// A fresh secret, `belfry_` and 43 characters.
    public static func random() -> String {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        return "belfry_"
            + bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    public static func hash(_ secret: String) -> [UInt8] {
        Array(SHA256.hash(data: Data(secret.utf8)))
    }
}

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
