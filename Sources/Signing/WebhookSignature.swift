import Crypto
import FoundationEssentials

/// Signs webhooks according to Standard Webhooks 1.0.0, so that a service can verify that Belfry sent them.
///
/// ```swift
/// let signature = WebhookSignature(service: "billing", keys: keys)
/// let header = signature.header(id: webhookID, timestampSeconds: now, body: body)  // "v1,g0hM9SsE+OTPJTGt…"
/// ```
public struct WebhookSignature: Sendable {
    private let secrets: [SymmetricKey]

    /// Signs with secrets in the form `whsec_<base64>` that services are given. A text of another form is ignored.
    public init(secrets: [String]) {
        self.secrets = secrets.compactMap { secret in
            guard secret.hasPrefix("whsec_"), let data = Data(base64Encoded: String(secret.dropFirst(6))) else {
                return nil
            }
            return SymmetricKey(data: data)
        }
    }

    /// Signs with all secrets of a service, one for each signing key, so that a service may still verify with its old
    /// secret after a key was replaced.
    public init(service: String, keys: SigningKeys) {
        secrets = keys.keys.map { Self.secret(service: service, key: $0) }
    }

    /// Returns the secret that a service verifies with, in the form `whsec_<base64>`.
    ///
    /// Each service has its own secret, derived from the current signing key (HKDF-SHA256, RFC 5869). So no service can
    /// sign for another one or forge a callback token.
    public static func secretText(service: String, keys: SigningKeys) -> String {
        "whsec_" + secret(service: service, key: keys.current).withUnsafeBytes { Data($0).base64EncodedString() }
    }

    private static func secret(service: String, key: SigningKeys.Key) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key.secret, info: Data("belfry webhook v1 \(service)".utf8), outputByteCount: 32)
    }

    /// Returns the value of the header `webhook-signature`: for each secret `v1,` and the base64 of the HMAC-SHA256
    /// over `id.timestamp.body`, separated by spaces.
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
