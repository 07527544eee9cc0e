internal import Crypto
internal import FoundationEssentials

/// Signs webhooks as Standard Webhooks 1.0.0 does, so that a service can tell that we sent them.
public struct WebhookSignature: Sendable {
    private let secrets: [SymmetricKey]

    /// Signs with secrets that a service was given as `whsec_…`.
    public init(secrets: [String]) {
        self.secrets = secrets.compactMap { secret in
            guard secret.hasPrefix("whsec_"), let data = Data(base64Encoded: String(secret.dropFirst(6))) else {
                return nil
            }
            return SymmetricKey(data: data)
        }
    }

    /// Signs with the secrets of a service, one for each signing key, so that replacing a key needs no pause.
    public init(service: String, keys: SigningKeys) {
        secrets = keys.keys.map { Self.secret(service: service, key: $0) }
    }

    /// The secret that a service verifies with. Each service has its own, derived from the signing key (HKDF-SHA256,
    /// RFC 5869), so that none can sign for another or forge a callback's token.
    public static func secretText(service: String, keys: SigningKeys) -> String {
        "whsec_" + secret(service: service, key: keys.current).withUnsafeBytes { Data($0).base64EncodedString() }
    }

    private static func secret(service: String, key: SigningKeys.Key) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key.secret, info: Data("belfry webhook v1 \(service)".utf8), outputByteCount: 32)
    }

    /// The value of `webhook-signature`: one `v1,<base64>` a secret, over `id.timestamp.body`.
    public func header(id: String, timestampSeconds: Int64, body: [UInt8]) -> String {
        let prefix = Data("\(id).\(timestampSeconds).".utf8)
        return secrets.map { secret in
            var mac = HMAC<SHA256>(key: secret)
            mac.update(data: prefix)
            mac.update(data: body)
            return "v1," + Data(mac.finalize()).base64EncodedString()
        }.joined(separator: " ")
    }
}
